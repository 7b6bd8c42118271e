/*
 * Loops whose rounds a test counts in instructions: `cost WHAT ROUNDS`.
 */
#include "cases.h"

static void faults(long rounds)
{
    char *start = map((size_t)rounds * PAGE, READ_WRITE, PRIVATE);

    for (long i = 0; i < rounds; i++)
        poke(start + i * (long)PAGE, 1);
}

/* Every page of so many large ones. */
static void large_faults(long rounds)
{
    size_t size = (size_t)rounds * LARGE;
    char *start = map(size, READ_WRITE, PRIVATE);

    for (size_t i = 0; i < size; i += PAGE)
        poke(start + i, 1);
}

static void reading_faults(long rounds)
{
    char *start = map((size_t)rounds * PAGE, PROT_READ, PRIVATE);

    for (long i = 0; i < rounds; i++)
        peek(start + i * (long)PAGE);
}

static void maps(long rounds)
{
    while (rounds-- > 0)
        munmap(mmap(NULL, PAGE, READ_WRITE, PRIVATE, -1, 0), PAGE);
}

/* With a page behind it. */
static void touched_maps(long rounds)
{
    while (rounds-- > 0) {
        char *start = map(PAGE, READ_WRITE, PRIVATE);

        poke(start, 1);
        munmap(start, PAGE);
    }
}

/* Between a hundred others, whose protection keeps them apart. */
static void crowded_maps(long rounds)
{
    for (int i = 0; i < 100; i++)
        map(PAGE, i % 2 ? PROT_READ : READ_WRITE, PRIVATE);
    maps(rounds);
}

static void protections(long rounds)
{
    char *start = map(3 * PAGE, READ_WRITE, PRIVATE);

    poke(start + PAGE, 1);
    while (rounds-- > 0) {
        mprotect(start + PAGE, PAGE, PROT_READ);
        mprotect(start + PAGE, PAGE, READ_WRITE);
    }
}

int cost(const char *what, long rounds)
{
    static const struct {
        const char *name;
        void (*run)(long rounds);
    } loops[] = {
        {"faults", faults},
        {"large_faults", large_faults},
        {"reading_faults", reading_faults},
        {"maps", maps},
        {"touched_maps", touched_maps},
        {"crowded_maps", crowded_maps},
        {"protections", protections},
    };

    for (size_t i = 0; i < sizeof loops / sizeof *loops; i++)
        if (strcmp(what, loops[i].name) == 0) {
            loops[i].run(rounds);
            return 0;
        }
    return 1;
}
