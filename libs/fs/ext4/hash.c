/*
 * Hashes of names, by which trees of entries are ordered: directory.rst names them; half of MD4 (RFC 1320)
 * and TEA (Wheeler and Needham, 1994) are their cores.
 */
#include "directory.h"

#include <string.h>

enum { LEGACY, HALF_MD4, TEA, UNSIGNED = 3 }; /* plus UNSIGNED: characters are */

#define LAST 0xfffffffeu /* stands for the end of a directory in Linux, so no name has it */

static uint32_t rotate(uint32_t x, unsigned by)
{
    return x << by | x >> (32 - by);
}

/* Text as words: with its length where it ends. */
static void words_of(const char *text, size_t length, bool is_unsigned, uint32_t *words, size_t count)
{
    uint32_t filler = (uint32_t)length & 255, value;

    filler |= filler << 8;
    filler |= filler << 16;
    if (length > count * 4)
        length = count * 4;
    for (size_t word = 0; word < count; word++) {
        value = filler;
        for (size_t i = word * 4; i < word * 4 + 4 && i < length; i++)
            value = (is_unsigned ? (uint32_t)(unsigned char)text[i] : (uint32_t)(signed char)text[i]) +
                    (value << 8);
        words[word] = value;
    }
}

/* RFC 1320, section 3.4, with eight words instead of sixteen. */
static void half_md4(uint32_t sum[4], const uint32_t in[8])
{
    static const uint8_t order[3][8] = {
        {0, 1, 2, 3, 4, 5, 6, 7}, {1, 3, 5, 7, 0, 2, 4, 6}, {3, 7, 2, 6, 1, 5, 0, 4}};
    static const uint8_t shift[3][4] = {{3, 7, 11, 19}, {3, 5, 9, 13}, {3, 9, 11, 15}};
    static const uint32_t constant[3] = {0, 0x5a827999, 0x6ed9eba1};
    uint32_t a = sum[0], b = sum[1], c = sum[2], d = sum[3];

    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 8; i++) {
            uint32_t f = round == 0   ? (b & c) | (~b & d)
                         : round == 1 ? (b & c) | (b & d) | (c & d)
                                      : b ^ c ^ d;
            uint32_t next = rotate(a + f + in[order[round][i]] + constant[round], shift[round][i % 4]);
            a = d;
            d = c;
            c = b;
            b = next;
        }
    }
    sum[0] += a;
    sum[1] += b;
    sum[2] += c;
    sum[3] += d;
}

static void tea(uint32_t sum[4], const uint32_t in[4])
{
    uint32_t b0 = sum[0], b1 = sum[1], delta = 0;

    for (int i = 0; i < 16; i++) {
        delta += 0x9e3779b9;
        b0 += ((b1 << 4) + in[0]) ^ (b1 + delta) ^ ((b1 >> 5) + in[1]);
        b1 += ((b0 << 4) + in[2]) ^ (b0 + delta) ^ ((b0 >> 5) + in[3]);
    }
    sum[0] += b0;
    sum[1] += b1;
}

static uint32_t legacy(const char *name, size_t length, bool is_unsigned)
{
    uint32_t hash, hash0 = 0x12a3fe2d, hash1 = 0x37abe8f9;

    for (size_t i = 0; i < length; i++) {
        uint32_t c = is_unsigned ? (uint32_t)(unsigned char)name[i] : (uint32_t)(signed char)name[i];
        hash = hash1 + (hash0 ^ c * 7152373);
        if (hash & 0x80000000)
            hash -= 0x7fffffff;
        hash1 = hash0;
        hash0 = hash;
    }
    return hash0 << 1;
}

struct ext4_hash ext4_hash(const struct ext4 *fs, uint8_t version, const char *name, size_t length)
{
    static const uint32_t initial[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}; /* RFC 1320, 3.3 */
    bool is_unsigned = (fs->super.flags & EXT4_FLAG_UNSIGNED_HASH) != 0 || version >= UNSIGNED;
    size_t step = version % UNSIGNED == TEA ? 16 : 32;
    struct ext4_hash hash = {0, 0};
    uint32_t sum[4], in[8];

    memcpy(sum, initial, sizeof(sum));
    for (int i = 0; i < 4; i++) {
        if (fs->super.hash_seed[i] != 0) {
            memcpy(sum, fs->super.hash_seed, sizeof(sum));
            break;
        }
    }
    if (version % UNSIGNED == LEGACY) {
        hash.major = legacy(name, length, is_unsigned);
    } else {
        for (size_t at = 0; at < length; at += step) {
            words_of(name + at, length - at, is_unsigned, in, step / 4);
            if (step == 32)
                half_md4(sum, in);
            else
                tea(sum, in);
        }
        hash.major = step == 32 ? sum[1] : sum[0];
        hash.minor = step == 32 ? sum[2] : sum[1];
    }
    hash.major &= ~1u;
    if (hash.major == LAST)
        hash.major = LAST - 2;
    return hash;
}
