/* The two loops over each byte of a source file in which its scan spent a third of its time in Python.
 *
 * What they do is told in core/sources/tokens.py and core/sources/pastes.py, which do the same where this is not built;
 * a test compares the two. */
#include "source_text.h"

#include <string.h>

/* Where a literal ends that begins here: behind its quote, or where the line ends or goes on without it. */
static const Byte *literal_end(const Byte *at, const Byte *end)
{
    Byte quote = *at++;
    while (at < end && *at != quote && *at != '\n') {
        if (*at == '\\' && (end - at < 2 || at[1] == '\n'))
            return at;
        at += *at == '\\' ? 2 : 1;
    }
    return at < end && *at == quote ? at + 1 : at;
}

/* Behind a block comment, whose opening mark is here; NULL where it does not end. */
static const Byte *block_end(const Byte *at, const Byte *end)
{
    for (at += 2; at < end && (at = memchr(at, '*', (size_t)(end - at))); at++)
        if (end - at > 1 && at[1] == '/')
            return at + 2;
    return NULL;
}

static const Byte *line_end(const Byte *at, const Byte *end)
{
    const Byte *found = memchr(at, '\n', (size_t)(end - at));
    return found ? found : end;
}

static int is_plain(Byte byte)
{
    return byte != '/' && byte != '"' && byte != '\'';
}

int source_text_split(const Byte *text, size_t size, Byte *code, Byte *masked, size_t sizes[2])
{
    const Byte *at = text, *end = text + size;
    Byte *to = code, *bare = masked;
    while (at < end) {
        const Byte *from = at;
        int is_mark = *at == '/' && end - at > 1;
        if (is_mark && at[1] == '*') {
            at = block_end(at, end);
            if (!at)
                return 0;
            *to++ = 0;
            *bare++ = 0;
        } else if (is_mark && at[1] == '/') {
            at = line_end(at, end);
        } else if (*at == '"' || *at == '\'') {
            at = literal_end(at, end);
            memcpy(to, from, (size_t)(at - from));
            to += at - from;
            *bare++ = '"';
            *bare++ = '"';
        } else {
            do
                at++;
            while (at < end && is_plain(*at));
            memcpy(to, from, (size_t)(at - from));
            memcpy(bare, from, (size_t)(at - from));
            to += at - from;
            bare += at - from;
        }
    }
    sizes[0] = (size_t)(to - code);
    sizes[1] = (size_t)(bare - masked);
    return 1;
}

static int is_among(const Byte *word, size_t length, const Byte *words, const Byte *end)
{
    for (; words < end; words += strlen((const char *)words) + 1)
        if (memcmp(words, word, length) == 0 && !words[length])
            return 1;
    return 0;
}

int source_text_words(const Byte *text, size_t size, const Byte *kinds, Byte *words, size_t room)
{
    const Byte *at = text, *end = text + size;
    Byte *to = words;
    while (at < end) {
        const Byte *from = at;
        Byte least = LETTER_WANTED;
        for (; at < end && kinds[*at]; at++)
            if (kinds[*at] < least)
                least = kinds[*at];
        size_t length = (size_t)(at - from);
        if (!length) {
            at++;
            continue;
        }
        if (least < LETTER_WANTED)
            continue;
        /* Room for a comparison, too, beyond the words that are there. */
        if ((size_t)(to - words) + length + 1 > room)
            return -1;
        memset(to, 0, length + 1);
        if (is_among(from, length, words, to))
            continue;
        memcpy(to, from, length);
        to += length + 1;
    }
    return (int)(to - words);
}
