/* Texts of source files, byte by byte. */
#ifndef CLCACHE_SOURCE_TEXT_H
#define CLCACHE_SOURCE_TEXT_H

#include "exported.h"

#include <stddef.h>
#include <stdint.h>

typedef unsigned char Byte;

/* A text without comments, with a zero byte for each block comment, and the same with its literals emptied; whether every
 * comment ends. The code has room for the text, what is masked for twice as much; their sizes are told. */
EXPORTED int source_text_split(const Byte *text, size_t size, Byte *code, Byte *masked, size_t sizes[2]);

/* What a byte is to source_text_words: no part of a word, or a part of one that may be among the letters that are looked
 * for, of which there are two sets. */
enum { NO_LETTER = 0, LETTER = 1, FIRST_LETTER = 2, SECOND_LETTER = 4, LETTER_SETS = 2 };

/* The words of a text that hold only letters of a set, for each of the two: each word once and with a zero byte behind it.
 * How many bytes of its room, of which each has as much, they take is told. Whether they all fitted. */
EXPORTED int source_text_words(const Byte *text, size_t size, const Byte *kinds, Byte *const words[LETTER_SETS],
                               size_t room, size_t used[LETTER_SETS]);

/* Which of at most 64 marks of 2 bytes or more are in a text, the first one as the lowest bit; they stand one behind the
 * other, each with a zero byte at its end, and letters of the marks are small. Of some the capitals count, too. */
EXPORTED uint64_t source_text_marks(const Byte *text, size_t size, const char *marks, size_t count, uint64_t any_case);

/* The lines of a text that may hold a directive, each with the newline before it, and a newline at the end; how many bytes
 * they take, of which there is room for one more than the text has. */
EXPORTED size_t source_text_directives(const Byte *text, size_t size, Byte *lines);

#endif
