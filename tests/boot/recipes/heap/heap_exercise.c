#include <console.h>
#include <heap.h>
#include <stdint.h>

#define SLOTS 64

static unsigned char *block[SLOTS];
static size_t length[SLOTS];
static uint32_t state = 12345;

static uint32_t next(void)
{
    state =
        state * 1664525u + 1013904223u; /* a linear congruential generator: the run is the same every time */
    return state >> 8;
}

static int fail(const char *why, size_t len)
{
    console_write(why, len);
    return 1;
}

static int check(size_t slot)
{
    for (size_t i = 0; i < length[slot]; i++)
        if (block[slot][i] != (unsigned char)(slot + i))
            return 0;
    return 1;
}

static void fill(size_t slot, size_t size)
{
    length[slot] = size;
    for (size_t i = 0; i < size; i++)
        block[slot][i] = (unsigned char)(slot + i);
}

int main(void)
{
    size_t exhausted = 0;

    for (int round = 0; round < 4000; round++) {
        size_t slot = next() % SLOTS;
        size_t size = next() % 5000;

        if (block[slot] && !check(slot))
            return fail("a block was overwritten\n", 24);
        if (block[slot] && round % 3) {
            heap_free(block[slot]);
            block[slot] = 0;
            length[slot] = 0;
            continue;
        }
        unsigned char *got = heap_realloc(block[slot], size);
        if (!got) {
            exhausted++;
            continue;
        }
        if ((uintptr_t)got % HEAP_ALIGNMENT)
            return fail("a block is not aligned\n", 23);
        block[slot] = got;
        if (length[slot] > size)
            length[slot] = size;
        if (!check(slot))
            return fail("realloc lost bytes\n", 19);
        fill(slot, size);
    }
    while (heap_alloc(100000))
        exhausted++;
    if (!exhausted)
        return fail("memory has no end\n", 18);
    console_write("heap ok\n", 8);
    return 0;
}
