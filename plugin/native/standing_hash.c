/* SipHash-2-4 with 128 bits. Source: Aumasson, Bernstein, "SipHash: a fast short-input PRF", and its 128-bit variant. */
#include "standing.h"

#include <string.h>

static uint64_t little_endian(const unsigned char *from, size_t size)
{
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++)
        word |= (uint64_t)from[i] << (8 * i);
    return word;
}

static uint64_t rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static void mix(uint64_t v[4], int rounds)
{
    while (rounds--) {
        v[0] += v[1];
        v[2] += v[3];
        v[1] = rotate(v[1], 13) ^ v[0];
        v[3] = rotate(v[3], 16) ^ v[2];
        v[0] = rotate(v[0], 32);
        v[2] += v[1];
        v[0] += v[3];
        v[1] = rotate(v[1], 17) ^ v[2];
        v[3] = rotate(v[3], 21) ^ v[0];
        v[2] = rotate(v[2], 32);
    }
}

static void take(uint64_t v[4], uint64_t word)
{
    v[3] ^= word;
    mix(v, 2);
    v[0] ^= word;
}

Key hash_request(const unsigned char key[16], const void *data, size_t size)
{
    const unsigned char *at = data;
    uint64_t low = little_endian(key, 8), high = little_endian(key + 8, 8);
    uint64_t v[4] = {low ^ 0x736f6d6570736575u, high ^ 0x646f72616e646f6du ^ 0xee, low ^ 0x6c7967656e657261u,
                     high ^ 0x7465646279746573u};
    for (size_t left = size; left >= 8; left -= 8, at += 8)
        take(v, little_endian(at, 8));
    take(v, little_endian(at, size % 8) | (uint64_t)size << 56);
    v[2] ^= 0xee;
    mix(v, 4);
    Key made = {v[0] ^ v[1] ^ v[2] ^ v[3], 0};
    v[1] ^= 0xdd;
    mix(v, 4);
    made.high = v[0] ^ v[1] ^ v[2] ^ v[3];
    return made;
}
