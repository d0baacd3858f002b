/* Where a launch begins on Windows: with one line of text that the launcher itself takes apart. */
#include "windows_process.h"

#include <stdlib.h>

static struct {
    const char *line; /* the whole command line */
    char **argv;
    size_t count;
} given;

char *command_line_of(char *const *argv)
{
    size_t index = 0;
    while (index < given.count && argv != given.argv + index)
        index++;
    if (index == given.count)
        return quote_arguments(argv);
    char *first[2] = {NULL, NULL};
    first[0] = argv[0];
    char *program = quote_arguments(first);
    const char *rest = skip_arguments(given.line, index + 1);
    char *line = program ? join(program, *rest ? " " : "", rest) : NULL;
    free(program);
    return line;
}

int wmain(void)
{
    wchar_t *path = module_path();
    given.line = to_text(GetCommandLineW());
    given.argv = given.line ? split_arguments(given.line) : NULL;
    char *own = path ? to_text(path) : NULL;
    if (!own || !given.argv)
        return 127;
    given.argv[0] = own; /* who starts a program may call it anything, or by its short name */
    while (given.argv[given.count])
        given.count++;
    return launcher_main((int)given.count, given.argv);
}
