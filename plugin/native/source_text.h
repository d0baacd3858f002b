/* Texts of source files, byte by byte. */
#ifndef CLCACHE_SOURCE_TEXT_H
#define CLCACHE_SOURCE_TEXT_H

#include "exported.h"

#include <stddef.h>

typedef unsigned char Byte;

/* A text without comments, with a zero byte for each block comment, and the same with its literals emptied; whether every
 * comment ends. The code has room for the text, what is masked for twice as much; their sizes are told. */
EXPORTED int source_text_split(const Byte *text, size_t size, Byte *code, Byte *masked, size_t sizes[2]);

/* What a byte is to source_text_words: no part of a word, a part of a word, one of the letters that are looked for. */
enum { NO_LETTER, LETTER, LETTER_WANTED };

/* The words of a text that hold only wanted letters, each once and with a zero byte behind it; how many bytes of the room
 * they take, -1 where they are too many. */
EXPORTED int source_text_words(const Byte *text, size_t size, const Byte *kinds, Byte *words, size_t room);

#endif
