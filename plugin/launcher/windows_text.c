/* Between WTF-8 and Windows' 16-bit units. */
#include "windows_text.h"

#include <stdlib.h>
#include <string.h>

/* Reads one code point; the bytes it took, 0 when they are malformed. */
static size_t decode(const unsigned char *at, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : at[0] < 0xf8 ? 4 : 0;
    *code = size > 1 ? at[0] & (0xffu >> (size + 1)) : at[0];
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        *code = (*code << 6) | (at[i] & 0x3fu);
    }
    return size && *code >= least[size] && *code <= 0x10ffff ? size : 0;
}

uint16_t *to_wide(const char *text)
{
    uint16_t *wide = malloc((strlen(text) + 1) * sizeof *wide);
    size_t at = 0;
    if (!wide)
        return NULL;
    while (*text) {
        uint32_t code;
        size_t taken = decode((const unsigned char *)text, &code);
        if (!taken) {
            free(wide);
            return NULL;
        }
        text += taken;
        if (code >= 0x10000) {
            wide[at++] = (uint16_t)(0xd800 + ((code - 0x10000) >> 10));
            code = 0xdc00 + (code & 0x3ff);
        }
        wide[at++] = (uint16_t)code;
    }
    wide[at] = 0;
    return wide;
}

static char *encode(char *to, uint32_t code)
{
    if (code < 0x80) {
        *to++ = (char)code;
        return to;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    *to++ = (char)(((0xff00u >> (more + 1)) & 0xffu) | (code >> (6 * more)));
    while (more-- > 0)
        *to++ = (char)(0x80u | ((code >> (6 * more)) & 0x3fu));
    return to;
}

char *to_text(const uint16_t *wide)
{
    size_t length = 0;
    while (wide[length])
        length++;
    char *text = malloc(3 * length + 1);
    char *to = text;
    for (size_t i = 0; text && i < length; i++) {
        uint32_t code = wide[i];
        if (code >= 0xd800 && code < 0xdc00 && wide[i + 1] >= 0xdc00 && wide[i + 1] < 0xe000)
            code = 0x10000 + ((code - 0xd800) << 10) + (wide[++i] - 0xdc00u);
        to = encode(to, code);
    }
    if (text)
        *to = '\0';
    return text;
}
