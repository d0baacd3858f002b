/* The loops over each byte of a source file in which its scan spent most of its time in Python.
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

/* Adds a word that is not there yet to some; whether there is room for it, and beyond for the next comparison. */
static int add_word(const Byte *word, size_t length, Byte *words, size_t room, size_t *used)
{
    Byte *end = words + *used;
    if (*used + length + 1 > room)
        return 0;
    memset(end, 0, length + 1);
    if (!is_among(word, length, words, end)) {
        memcpy(end, word, length);
        *used += length + 1;
    }
    return 1;
}

int source_text_words(const Byte *text, size_t size, const Byte *kinds, Byte *const words[LETTER_SETS], size_t room,
                      size_t used[LETTER_SETS])
{
    const Byte *at = text, *end = text + size;
    used[0] = used[1] = 0;
    while (at < end) {
        const Byte *from = at;
        Byte held = FIRST_LETTER | SECOND_LETTER;
        for (; at < end && kinds[*at]; at++)
            held = (Byte)(held & kinds[*at]);
        size_t length = (size_t)(at - from);
        if (!length)
            at++;
        else if ((held & FIRST_LETTER && !add_word(from, length, words[0], room, &used[0])) ||
                 (held & SECOND_LETTER && !add_word(from, length, words[1], room, &used[1])))
            return 0;
    }
    return 1;
}

enum { MOST_MARKS = 64, LEAD = 3 };

typedef struct {
    uint64_t lead[LEAD][256]; /* the marks that have a byte at that place, or end before it */
    const char *texts[MOST_MARKS];
    size_t sizes[MOST_MARKS];
    uint64_t any_case;
} Marks;

static Byte capital(Byte letter)
{
    return letter >= 'a' && letter <= 'z' ? (Byte)(letter - 'a' + 'A') : letter;
}

static void prepare_marks(Marks *marks, const char *texts, size_t count, uint64_t any_case)
{
    memset(marks->lead, 0, sizeof marks->lead);
    marks->any_case = any_case;
    for (size_t i = 0; i < count; texts += marks->sizes[i++] + 1) {
        uint64_t bit = (uint64_t)1 << i;
        marks->texts[i] = texts;
        marks->sizes[i] = strlen(texts);
        for (size_t at = 0; at < LEAD; at++) {
            if (at < marks->sizes[i]) {
                marks->lead[at][(Byte)texts[at]] |= bit;
                if (any_case & bit)
                    marks->lead[at][capital((Byte)texts[at])] |= bit;
            } else {
                for (size_t byte = 0; byte < 256; byte++)
                    marks->lead[at][byte] |= bit;
            }
        }
    }
}

static int is_mark(const Marks *marks, size_t number, const Byte *at, const Byte *end)
{
    const char *mark = marks->texts[number];
    size_t size = marks->sizes[number];
    if ((size_t)(end - at) < size)
        return 0;
    if (!(marks->any_case >> number & 1))
        return memcmp(at, mark, size) == 0;
    for (size_t i = 0; i < size; i++)
        if (at[i] != (Byte)mark[i] && at[i] != capital((Byte)mark[i]))
            return 0;
    return 1;
}

uint64_t source_text_marks(const Byte *text, size_t size, const char *texts, size_t count, uint64_t any_case)
{
    Marks marks;
    uint64_t found = 0;
    const Byte *end = text + size;
    if (count > MOST_MARKS)
        count = MOST_MARKS;
    prepare_marks(&marks, texts, count, any_case);
    for (const Byte *at = text; end - at >= 2; at++) {
        uint64_t maybe = marks.lead[0][at[0]] & marks.lead[1][at[1]] & ~found;
        if (maybe && end - at > 2)
            maybe &= marks.lead[2][at[2]];
        for (size_t i = 0; maybe; i++, maybe >>= 1)
            if (maybe & 1 && is_mark(&marks, i, at, end))
                found |= (uint64_t)1 << i;
    }
    return found;
}

/* What may stand before a directive; core/sources/tokens.py calls it BLANK. */
static int is_blank(Byte byte)
{
    return byte == ' ' || byte == '\t' || byte == '\f' || byte == '\v' || !byte || byte >= 0x80;
}

size_t source_text_directives(const Byte *text, size_t size, Byte *lines)
{
    const Byte *end = text + size, *at = memchr(text, '\n', size);
    Byte *to = lines;
    while (at) {
        const Byte *from = at++;
        while (at < end && is_blank(*at))
            at++;
        int is_one = at < end && (*at == '#' || (*at == '%' && end - at > 1 && at[1] == ':'));
        at = memchr(at, '\n', (size_t)(end - at));
        if (is_one) {
            size_t length = (size_t)((at ? at : end) - from);
            memcpy(to, from, length);
            to += length;
        }
    }
    *to++ = '\n';
    return (size_t)(to - lines);
}
