/* What the Windows files share that only Windows knows. */
#ifndef CLCACHE_WINDOWS_PROCESS_H
#define CLCACHE_WINDOWS_PROCESS_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "launcher.h"
#include "windows_text.h"

typedef struct {
    const char *program, *line;
    const wchar_t *folder, *environment; /* NULL: the launcher's own */
    HANDLE input, output, error;         /* inheritable; nothing else is inherited */
    DWORD flags;
    HANDLE job; /* to be in from the first instruction on; NULL: none */
} Start;

typedef struct {
    char *text;
    wchar_t *file; /* the response file that holds the arguments; NULL: none */
} CommandLine;

/* Starts a program; its handle, NULL when that failed, with the reason in GetLastError(). */
HANDLE start_process(const Start *start);

/* ---- windows_line.c ---- */
/* Takes over a line for argv, NULL too; one that is longer than the system takes becomes a response file. False when
 * memory ran out or the file can't be written. */
bool make_line(CommandLine *line, char *const *argv, char *text);
/* Removes the file and frees the line. */
void end_line(CommandLine *line);
/* A path for a new file in the user's folder for such; allocated, NULL when there is none. */
wchar_t *temporary_path(const char *ending);

/* ---- windows_main.c ---- */
/* The command line for argv: the end of the launcher's own where argv is the end of its arguments; allocated. */
char *command_line_of(char *const *argv);

/* ---- windows.c ---- */
/* The path by which the system knows this program, links as given; allocated. */
wchar_t *module_path(void);
/* Whether a program is a script of cmd.exe, which takes its command line apart by rules of its own. */
bool is_batch_file(const char *path);

#endif
