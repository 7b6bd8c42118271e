#include "chacha_block.h"

#define DOUBLE_ROUNDS 10

static uint32_t rotate(uint32_t word, int bits)
{
    return word << bits | word >> (32 - bits);
}

/* RFC 8439, section 2.1 */
static void quarter_round(uint32_t *a, uint32_t *b, uint32_t *c, uint32_t *d)
{
    *a += *b;
    *d = rotate(*d ^ *a, 16);
    *c += *d;
    *b = rotate(*b ^ *c, 12);
    *a += *b;
    *d = rotate(*d ^ *a, 8);
    *c += *d;
    *b = rotate(*b ^ *c, 7);
}

void chacha_block(const uint32_t state[CHACHA_WORDS], uint32_t block[CHACHA_WORDS])
{
    for (int i = 0; i < CHACHA_WORDS; i++)
        block[i] = state[i];
    /* The words as a square of four by four: a round along its columns, then one along its diagonals. */
    for (int round = 0; round < 2 * DOUBLE_ROUNDS; round++) {
        unsigned slant = round % 2;
        for (unsigned column = 0; column < 4; column++)
            quarter_round(&block[column], &block[4 + (column + slant) % 4],
                          &block[8 + (column + 2 * slant) % 4], &block[12 + (column + 3 * slant) % 4]);
    }
    for (int i = 0; i < CHACHA_WORDS; i++)
        block[i] += state[i];
}
