/* The block function gives what RFC 8439 prints: section 2.3.2, and appendix A.1, vectors 1 to 5. */
// instead: ../chacha_block.c
#include "../chacha_block.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

struct vector {
    unsigned char key[32];
    uint32_t counter;
    uint32_t nonce[3];
    uint32_t block[16];
};

static const struct vector vectors[] = {
    {.key = {0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
             16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31},
     .counter = 1,
     .nonce = {0x09000000, 0x4a000000, 0},
     .block = {0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
               0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb,
               0x4e3c50a2}},
    {.block = {0xade0b876, 0x903df1a0, 0xe56a5d40, 0x28bd8653, 0xb819d2bd, 0x1aed8da0, 0xccef36a8, 0xc70d778b,
               0x7c5941da, 0x8d485751, 0x3fe02477, 0x374ad8b8, 0xf4b8436a, 0x1ca11815, 0x69b687c3,
               0x8665eeb2}},
    {.counter = 1,
     .block = {0xbee7079f, 0x7a385155, 0x7c97ba98, 0x0d082d73, 0xa0290fcb, 0x6965e348, 0x3e53c612, 0xed7aee32,
               0x7621b729, 0x434ee69c, 0xb03371d5, 0xd539d874, 0x281fed31, 0x45fb0a51, 0x1f0ae1ac,
               0x6f4d794b}},
    {.key = {[31] = 1},
     .counter = 1,
     .block = {0x2452eb3a, 0x9249f8ec, 0x8d829d9b, 0xddd4ceb1, 0xe8252083, 0x60818b01, 0xf38422b8, 0x5aaa49c9,
               0xbb00ca8e, 0xda3ba7b4, 0xc4b592d1, 0xfdf2732f, 0x4436274e, 0x2561b3c8, 0xebdd4aa6,
               0xa0136c00}},
    {.key = {[1] = 0xff},
     .counter = 2,
     .block = {0xfb4dd572, 0x4bc42ef1, 0xdf922636, 0x327f1394, 0xa78dea8f, 0x5e269039, 0xa1bebbc1, 0xcaf09aae,
               0xa25ab213, 0x48a6b46c, 0x1b9d9bcb, 0x092c5be6, 0x546ca624, 0x1bec45d5, 0x87f47473,
               0x96f0992e}},
    {.nonce = {0, 0, 0x02000000},
     .block = {0x374dc6c2, 0x3736d58c, 0xb904e24a, 0xcd3f93ef, 0x88228b1a, 0x96a4dfb3, 0x5b76ab72, 0xc727ee54,
               0x0e0e978a, 0xf3145c95, 0x1b748ea8, 0xf786c297, 0x99c28f5f, 0x628314e8, 0x398a19fa,
               0x6ded1b53}},
};

static void check(const struct vector *v)
{
    uint32_t state[CHACHA_WORDS] = {CHACHA_CONSTANTS}, block[CHACHA_WORDS];

    for (int i = 0; i < 32; i++)
        state[CHACHA_KEY + i / 4] |= (uint32_t)v->key[i] << 8 * (i % 4);
    state[CHACHA_COUNTER] = v->counter;
    memcpy(&state[CHACHA_COUNTER + 1], v->nonce, sizeof v->nonce);
    chacha_block(state, block);
    assert(memcmp(block, v->block, sizeof block) == 0);
}

int main(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++)
        check(&vectors[i]);
    puts("chacha_block: ok");
    return 0;
}
