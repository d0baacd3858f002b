/* Text as Windows takes it: wide characters and command lines. Portable, so that tests run it on any system. */
#ifndef CLCACHE_WINDOWS_TEXT_H
#define CLCACHE_WINDOWS_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Windows' names are 16-bit units in which surrogates need not pair. Inside the launcher, and on the wire, they are
 * WTF-8 (simonsapin.github.io/wtf-8): UTF-8 wherever they do pair. Results are allocated; NULL when memory ran out or
 * the text is malformed. */
uint16_t *to_wide(const char *text);
char *to_text(const uint16_t *wide);

/* One command line that the C runtime takes apart into argv again; allocated. NULL when memory ran out or when
 * argv[0] holds a quote, which no program's name can. */
char *quote_arguments(char *const *argv);
/* Arguments as gcc and clang read them in a response file: each on a line, a backslash before what would end it or mean
 * something; allocated. */
char *escape_arguments(char *const *arguments);
/* The other way, by the C runtime's rules: a NULL-ended array, never empty; allocated. */
char **split_arguments(const char *line);
/* The rest of a command line, from argument number count on. */
const char *skip_arguments(const char *line, size_t count);

#endif
