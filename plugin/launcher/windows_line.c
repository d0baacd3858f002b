/* Command lines that are longer than Windows takes: 32,767 units with the zero at their end, for CreateProcess.
 *
 * A launcher's own line was not longer, but the compiler's may be: by its path in the place of its name, or by a word of
 * the core's. What fits a line is never put into a file.
 */
#include "windows_process.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_LINE = 32766 };

wchar_t *temporary_path(const char *ending)
{
    static unsigned made;
    LARGE_INTEGER ticks;
    char name[80];
    wchar_t *path = malloc((MAX_PATH + 80) * sizeof *path);
    DWORD length = path ? GetTempPathW(MAX_PATH + 1, path) : 0;
    if (!length || length > MAX_PATH) {
        free(path);
        return NULL;
    }
    QueryPerformanceCounter(&ticks);
    snprintf(name, sizeof name, "clcache-%" PRIx32 "-%" PRIx64 "-%u%s", (uint32_t)GetCurrentProcessId(),
             (uint64_t)ticks.QuadPart, made++, ending);
    for (size_t i = 0; i <= strlen(name); i++)
        path[length + i] = (wchar_t)name[i];
    return path;
}

/* cl, clang-cl and their like split a response file as a command line; gcc and clang as a shell does. */
static bool is_like_cl(const char *program)
{
    const char *name = platform_base_name(program), *end = name + strcspn(name, ".");
    return end - name >= 2 && tolower((unsigned char)end[-2]) == 'c' && tolower((unsigned char)end[-1]) == 'l';
}

static bool put_bytes(HANDLE file, const void *data, size_t size)
{
    DWORD put = 0;
    return size <= MAXDWORD && WriteFile(file, data, (DWORD)size, &put, NULL) && put == size;
}

static bool put_arguments(HANDLE file, char *const *argv)
{
    static const wchar_t mark = 0xfeff;
    bool is_put = false;
    if (!is_like_cl(argv[0])) {
        char *text = escape_arguments(argv + 1);
        is_put = text && put_bytes(file, text, strlen(text));
        free(text);
        return is_put;
    }
    char *line = quote_arguments(argv);
    wchar_t *wide = line ? to_wide(skip_arguments(line, 1)) : NULL;
    /* cl takes the system's code page for anything without the mark. */
    if (wide)
        is_put = put_bytes(file, &mark, sizeof mark) && put_bytes(file, wide, wcslen(wide) * sizeof *wide);
    free(wide);
    free(line);
    return is_put;
}

static char *line_with_file(const char *program, const wchar_t *file)
{
    char *path = to_text(file), *word = path ? join("@", path, "") : NULL;
    char *argv[] = {(char *)program, word, NULL};
    char *line = word ? quote_arguments(argv) : NULL;
    free(word);
    free(path);
    return line;
}

static bool is_too_long(const char *text)
{
    wchar_t *wide = to_wide(text);
    bool is_long = wide && wcslen(wide) > LONGEST_LINE;
    free(wide);
    return is_long;
}

bool make_line(CommandLine *line, char *const *argv, char *text)
{
    line->text = text;
    if (!text || !is_too_long(text))
        return text != NULL;
    line->file = temporary_path(".rsp");
    line->text = line->file ? line_with_file(argv[0], line->file) : NULL;
    free(text);
    HANDLE file = line->text ? CreateFileW(line->file, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY, NULL)
                             : INVALID_HANDLE_VALUE;
    bool is_put = file != INVALID_HANDLE_VALUE && put_arguments(file, argv);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    if (!is_put)
        end_line(line);
    return is_put;
}

void end_line(CommandLine *line)
{
    if (line->file)
        DeleteFileW(line->file);
    free(line->file);
    free(line->text);
    line->file = NULL;
    line->text = NULL;
}
