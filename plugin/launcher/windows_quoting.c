/* Command lines: from arguments to text and back.
 *
 * The rules are those of Microsoft's C runtime since 2008, which cl.exe and clang-cl follow:
 * learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments. What quote_arguments() makes is read alike by
 * CommandLineToArgvW, which differs in "" within quotes only: it makes none.
 */
#include "windows_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static char *quote(char *to, const char *argument)
{
    size_t length = strlen(argument), backslashes = 0;
    if (length && !strpbrk(argument, " \t\n\v\"")) {
        memcpy(to, argument, length);
        return to + length;
    }
    *to++ = '"';
    for (;; argument++) {
        /* Backslashes before a quote, ours at the end too, are doubled; others mean themselves. */
        for (; (*argument == '"' || !*argument) && backslashes > 0; backslashes--)
            *to++ = '\\';
        if (!*argument)
            break;
        if (*argument == '"')
            *to++ = '\\';
        backslashes = *argument == '\\' ? backslashes + 1 : 0;
        *to++ = *argument;
    }
    *to++ = '"';
    return to;
}

/* In the program's name a backslash is never an escape. */
static char *quote_program(char *to, const char *program)
{
    size_t length = strlen(program);
    bool is_quoted = !length || strpbrk(program, " \t\n\v");
    if (is_quoted)
        *to++ = '"';
    memcpy(to, program, length);
    to += length;
    if (is_quoted)
        *to++ = '"';
    return to;
}

char *quote_arguments(char *const *argv)
{
    size_t most = 1;
    for (char *const *argument = argv; *argument; argument++)
        most += 2 * strlen(*argument) + 3;
    char *line = argv[0] && !strchr(argv[0], '"') ? malloc(most) : NULL;
    if (!line)
        return NULL;
    char *to = quote_program(line, argv[0]);
    for (char *const *argument = argv + 1; *argument; argument++) {
        *to++ = ' ';
        to = quote(to, *argument);
    }
    *to = '\0';
    return line;
}

char *escape_arguments(char *const *arguments)
{
    size_t most = 1;
    for (char *const *argument = arguments; *argument; argument++)
        most += 2 * strlen(*argument) + 3;
    char *text = malloc(most), *to = text;
    for (char *const *argument = arguments; text && *argument; argument++) {
        if (!**argument) {
            *to++ = '"'; /* nothing but two quotes is an empty word */
            *to++ = '"';
        }
        for (const char *at = *argument; *at; at++) {
            if (strchr(" \t\n\v\f\r\\\"'", *at))
                *to++ = '\\';
            *to++ = *at;
        }
        *to++ = '\n';
    }
    if (text)
        *to = '\0';
    return text;
}

static bool is_blank(char character)
{
    return character == ' ' || character == '\t';
}

static void put(char **to, char character)
{
    if (to)
        *(*to)++ = character;
}

static const char *read_program(const char *at, char **to)
{
    bool is_quoted = false;
    for (; *at && (is_quoted || !is_blank(*at)); at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        else
            put(to, *at);
    }
    return at;
}

static const char *read_argument(const char *at, char **to)
{
    bool is_quoted = false;
    while (*at && (is_quoted || !is_blank(*at))) {
        size_t backslashes = strspn(at, "\\");
        at += backslashes;
        bool is_escaped = *at == '"' && backslashes % 2 == 1;
        for (size_t left = *at == '"' ? backslashes / 2 : backslashes; left > 0; left--)
            put(to, '\\');
        if (is_escaped) {
            put(to, *at++);
        } else if (*at == '"' && is_quoted && at[1] == '"') {
            put(to, '"');
            at += 2;
        } else if (*at == '"') {
            is_quoted = !is_quoted;
            at++;
        } else if (*at && !backslashes) {
            put(to, *at++);
        }
    }
    return at;
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

char **split_arguments(const char *line)
{
    size_t size = strlen(line), count = 0;
    char **argv = calloc(size / 2 + 3, sizeof *argv);
    char *text = malloc(size + 2);
    if (!argv || !text) {
        free(argv);
        free(text);
        return NULL;
    }
    argv[count++] = text;
    line = skip_blanks(read_program(line, &text));
    *text++ = '\0';
    while (*line) {
        argv[count++] = text;
        line = skip_blanks(read_argument(line, &text));
        *text++ = '\0';
    }
    return argv;
}

const char *skip_arguments(const char *line, size_t count)
{
    for (size_t i = 0; i < count; i++)
        line = skip_blanks(i ? read_argument(line, NULL) : read_program(line, NULL));
    return line;
}
