/*
 * The generator with a source of known bytes: its output is ChaCha20's, its keys are replaced and forgotten,
 * seeds come when they are due, and a copied machine takes its own way.
 */
// instead: ../chacha_block.c ../../generation/generation.c
// cflags: -DCONFIG_LIB_GENERATION=1 -DCONFIG_LIB_KERNEL_GUARD=1 -DCONFIG_RANDOM_RESEED_KIB=8
#include "../random_bytes.c"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

static jmp_buf panicked;
static bool source_works = true;
static unsigned seeds;

unsigned kernel_guard_depth;
volatile bool kernel_guard_waiting;

void kernel_guard_serve(void)
{
    abort();
}

size_t entropy_read(void *buffer, size_t size)
{
    assert(size == KEY && kernel_guard_depth == 1);
    if (!source_works)
        return size - 1;
    seeds++;
    memset(buffer, (int)seeds, size);
    return size;
}

void panic(const char *message, ...)
{
    (void)message;
    longjmp(panicked, 1);
}

/* What one portion must be for a given key, and the key that follows it; written apart from the code. */
static void expect(uint32_t of_key[8], unsigned char *to, size_t size)
{
    uint32_t state[16] = {CHACHA_CONSTANTS}, stream[1 + AT_ONCE / BLOCK + 1][16];

    memcpy(&state[4], of_key, 32);
    for (uint32_t i = 0; i < sizeof stream / sizeof *stream; i++) {
        state[12] = i;
        chacha_block(state, stream[i]);
    }
    memcpy(of_key, stream, 32);
    memcpy(to, (unsigned char *)stream + 32, size);
}

static void without_a_source(void)
{
    unsigned char byte = 0;

    source_works = false;
    if (setjmp(panicked) == 0) {
        random_bytes(&byte, 1);
        assert(!"weak bytes were given out");
    }
    assert(byte == 0 && !seeded);
    kernel_guard_depth = 0;
    source_works = true;
}

static void sizes(void)
{
    static unsigned char got[3 * AT_ONCE + 2], wanted[sizeof got];
    static const size_t tried[] = {1, 7, 31, 32, 33, 95, 96, 97, 160, 161, AT_ONCE - 1, AT_ONCE};
    uint32_t expected[8];

    memset(expected, 1, sizeof expected);
    for (size_t i = 0; i < sizeof tried / sizeof *tried; i++) {
        seeded ? (void)(blocks_left = RESEED_BLOCKS) : (void)0;
        memset(got, 0xee, sizeof got);
        random_bytes(got + 1, tried[i]);
        expect(expected, wanted + 1, tried[i]);
        assert(memcmp(got + 1, wanted + 1, tried[i]) == 0);
        assert(got[0] == 0xee && got[tried[i] + 1] == 0xee);
        assert(memcmp(key, expected, sizeof key) == 0);
    }
    assert(seeds == 1 && kernel_guard_depth == 0);
    random_bytes(NULL, 0);
    assert(memcmp(key, expected, sizeof key) == 0);

    /* A long request is several portions. */
    blocks_left = 1000;
    random_bytes(got, 2 * AT_ONCE + 5);
    expect(expected, wanted, AT_ONCE);
    expect(expected, wanted + AT_ONCE, AT_ONCE);
    expect(expected, wanted + 2 * AT_ONCE, 5);
    assert(memcmp(got, wanted, 2 * AT_ONCE + 5) == 0);
}

static void seeds_in_time(void)
{
    unsigned char byte, many[AT_ONCE];
    unsigned before = seeds;
    uint32_t expected[8];

    blocks_left = RESEED_BLOCKS;
    for (uint32_t i = 0; i < RESEED_BLOCKS; i++)
        random_bytes(&byte, 1);
    assert(seeds == before);
    memcpy(expected, key, sizeof key);
    random_bytes(many, 1);
    assert(seeds == before + 1);
    for (int i = 0; i < 8; i++)
        expected[i] ^= 0x01010101u * seeds;
    expect(expected, &byte, 1);
    assert(byte == many[0] && memcmp(key, expected, sizeof key) == 0);

    /* By bytes as by calls: 8 KiB are two portions, and some blocks of keys. */
    blocks_left = RESEED_BLOCKS;
    for (int i = 0; i < 3; i++)
        random_bytes(many, sizeof many);
    assert(seeds == before + 2);

    /* A source that fails later leaves a generator that goes on. */
    source_works = false;
    blocks_left = 0;
    memcpy(expected, key, sizeof key);
    random_bytes(&byte, 1);
    expect(expected, many, 1);
    assert(byte == many[0]);
    source_works = true;
}

static void copies(void)
{
    unsigned char first[32], second[32];
    uint32_t saved[8];
    unsigned before = seeds;

    memcpy(saved, key, sizeof key);
    random_bytes(first, sizeof first);
    memcpy(key, saved, sizeof key);
    random_bytes(second, sizeof second);
    assert(memcmp(first, second, sizeof first) == 0); /* what must not happen to a copy ... */
    memcpy(key, saved, sizeof key);
    generation_advance();
    random_bytes(second, sizeof second);
    assert(memcmp(first, second, sizeof first) != 0 && seeds == before + 1); /* ... does not */
    random_bytes(second, sizeof second);
    assert(seeds == before + 1);

    /* Without a seed of its own the copy must not go on, however often it tries. */
    generation_advance();
    source_works = false;
    for (volatile int attempt = 0; attempt < 2; attempt++) {
        if (setjmp(panicked) == 0) {
            random_bytes(second, sizeof second);
            assert(!"a copy gave out what the other one may have");
        }
        kernel_guard_depth = 0;
    }
}

int main(void)
{
    without_a_source();
    sizes();
    seeds_in_time();
    copies();
    puts("random_bytes: ok");
    return 0;
}
