/*
 * ChaCha20 with fast key erasure: of the first block that a key makes, one half is the next key and the other
 * half is output. The key is overwritten before anything is given out, so who reads the kernel's memory later
 * learns nothing of what was given out before.
 */
#include "chacha_block.h"

#include <config.h>
#include <entropy.h>
#include <kernel_guard.h>
#include <panic.h>
#include <random.h>
#include <stdbool.h>
#include <string.h>
#ifdef CONFIG_LIB_GENERATION
#include <generation.h>
#endif

#define BLOCK (CHACHA_WORDS * sizeof(uint32_t))
#define KEY (CHACHA_KEY_WORDS * sizeof(uint32_t))

#define RESEED_BLOCKS ((uint32_t)((uint64_t)CONFIG_RANDOM_RESEED_KIB * 1024 / BLOCK))
#define AT_ONCE 4096 /* bytes; the guard is free between two portions of a long request */

static uint32_t key[CHACHA_KEY_WORDS];
static bool seeded;
static uint32_t blocks_left; /* until the next seed */

/* What nobody reads any more the compiler would not write, but for the volatile. */
static void forget(volatile uint32_t *words, size_t count)
{
    while (count-- > 0)
        words[count] = 0;
}

/* Takes in as much entropy as the key holds; returns whether there was any. What comes in is independent of
 * the key, so whoever knows only one of the two does not know the sum. */
static bool reseed(void)
{
    uint32_t fresh[CHACHA_KEY_WORDS];
    bool full = entropy_read(fresh, sizeof fresh) == sizeof fresh;

    if (full)
        for (int i = 0; i < CHACHA_KEY_WORDS; i++)
            key[i] ^= fresh[i];
    forget(fresh, CHACHA_KEY_WORDS);
    blocks_left = RESEED_BLOCKS;
    return full;
}

static void make_ready(void)
{
#ifdef CONFIG_LIB_GENERATION
    static uint64_t generation;

    /* Another machine may have this very key. */
    uint64_t now = generation_id();
    if (generation != now) {
        generation = now;
        seeded = false;
    }
#endif
    if (!seeded) {
        seeded = reseed();
        if (!seeded)
            panic("random: the machine has no source of randomness");
    } else if (blocks_left == 0) {
        reseed(); /* A source that fails now does no harm: a key that was good stays good. */
    }
}

static uint32_t *next_block(uint32_t state[CHACHA_WORDS], uint32_t block[CHACHA_WORDS])
{
    chacha_block(state, block);
    state[CHACHA_COUNTER]++;
    if (blocks_left > 0)
        blocks_left--;
    return block;
}

/* At most AT_ONCE bytes: the counter does not overflow, and a seed is never overdue by more than that. */
static void draw(unsigned char *to, size_t size)
{
    uint32_t state[CHACHA_WORDS] = {CHACHA_CONSTANTS};
    uint32_t block[CHACHA_WORDS];

    make_ready();
    memcpy(&state[CHACHA_KEY], key, KEY);
    memcpy(key, next_block(state, block), KEY);
    const unsigned char *from = (const unsigned char *)block + KEY;
    size_t some = size < BLOCK - KEY ? size : BLOCK - KEY;
    for (;;) {
        memcpy(to, from, some);
        to += some;
        size -= some;
        if (size == 0)
            break;
        from = (const unsigned char *)next_block(state, block);
        some = size < BLOCK ? size : BLOCK;
    }
    forget(state, CHACHA_WORDS);
    forget(block, CHACHA_WORDS);
}

void random_bytes(void *buffer, size_t size)
{
    unsigned char *to = buffer;

    while (size > 0) {
        size_t some = size < AT_ONCE ? size : AT_ONCE;
        kernel_enter();
        draw(to, some);
        kernel_leave();
        to += some;
        size -= some;
    }
}
