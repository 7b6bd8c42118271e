// instead: ../overlay/src/string/x86_64/memcpy.s ../overlay/src/string/x86_64/memmove.s
/* Every size, alignment and overlap of small moves, and some of large ones: what they move, and nothing else.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#define ROOM 4096u

static void *(*const volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*const volatile move)(void *, const void *, size_t) = memmove;

static unsigned char bytes[ROOM], before[ROOM];

static void fill(void)
{
    for (unsigned i = 0; i < ROOM; i++)
        before[i] = bytes[i] = (unsigned char)(i * 7 ^ i >> 6);
}

static void check(size_t to, size_t from, size_t size)
{
    for (unsigned i = 0; i < ROOM; i++)
        assert(bytes[i] == (i >= to && i < to + size ? before[from + (i - to)] : before[i]));
}

static void try(size_t to, size_t from, size_t size)
{
    fill();
    assert(move(bytes + to, bytes + from, size) == bytes + to);
    check(to, from, size);
    if (to + size > from && from + size > to)
        return;
    fill();
    assert(copy(bytes + to, bytes + from, size) == bytes + to);
    check(to, from, size);
}

int main(void)
{
    for (size_t size = 0; size < 40; size++) {
        for (size_t to = 100; to < 108; to++)
            for (size_t from = to - 48; from < to + 48; from++)
                try(to, from, size);
    }
    for (size_t size = 1000; size < 1010; size++)
        for (size_t to = 1100; to < 1108; to++)
            for (size_t from = to - 17; from < 2200; from += from < to + 17 ? 1 : 179)
                try(to, from, size);
    return 0;
}
