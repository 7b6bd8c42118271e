/* Random allocations, aligned ones and frees against a map of owners; exhaustion, fragmentation, double free;
 * failures on purpose. */
// cflags: -DCONFIG_PAGES_BUDDY_FAILURES=1 -DCONFIG_PAGES_BUDDY_LENDING=1
#include <args.h>
#include <pages_aligned.h>
#include <pages_failures.h>

#define PAGES 1500
#include "../../pages/tests/pages_model.h"

int pages_buddy_init(void);

static void free_in_a_large_block(void)
{
    unsigned char *p = pages_alloc_aligned(8);
    pages_free(p, 256);
    pages_free(p + 77 * 4096, 2);
}

static void free_foreign(void)
{
    pages_free(memory[700], 1); /* in a hole between the ranges */
    pages_free((unsigned char *)memory + sizeof memory, 1);
}

/* The command line of this test. */
const char *args_parameter(const char *key)
{
    return strcmp(key, "pages.fail") == 0 ? "3" : strcmp(key, "pages.after") == 0 ? "200000" : NULL;
}

/* Which of 30 allocations fail, as bits. */
static unsigned failures(void)
{
    unsigned bits = 0;

    for (int i = 0; i < 30; i++) {
        void *p = i % 2 ? pages_alloc(1) : pages_alloc_aligned(0);

        bits |= (p == NULL) << i;
        pages_free(p, p != NULL);
    }
    return bits;
}

static void test_failures(void)
{
    uint64_t before = pages_failed();
    unsigned now_and_then;

    pages_fail(10, 0);
    assert(failures() == (1u << 9 | 1u << 19 | 1u << 29) && pages_failed() == before + 3);
    pages_fail(2, 99);
    now_and_then = failures();
    assert(__builtin_popcount(now_and_then) > 5 && __builtin_popcount(now_and_then) < 25);
    pages_fail(2, 98);
    assert(failures() != now_and_then);
    pages_fail(2, 99);
    assert(failures() == now_and_then);
    pages_fail(0, 0);
    assert(failures() == 0);
}

static unsigned random_state = 12345;

static unsigned draw(unsigned limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static void allocate(unsigned id)
{
    if (draw(8) == 0) {
        unsigned order = draw(9);
        size_t count = (size_t)1 << order;
        bool fits = model_fits(count, count);
        void *p = pages_alloc_aligned(order);

        assert((p != NULL) == fits && (uintptr_t)p % (count * 4096) == 0);
        if (p != NULL)
            take(p, count, id);
    } else {
        size_t count = 1 + draw(draw(16) == 0 ? 400 : 6);
        bool fits = model_fits(count, 1);
        void *p = pages_alloc(count);

        assert((p != NULL) == fits);
        if (p != NULL)
            take(p, count, id);
    }
}

/* Any part of a run, or adjacent runs at once. */
static void release(void)
{
    size_t at = draw(PAGES), n = 0, most = 1 + draw(draw(8) == 0 ? 300 : 8);

    while (at + n < PAGES && n < most && owner[at + n] != 0)
        n++;
    give_back(at, n);
}

/* Every second page in use: half of the memory is free, and no two pages of it in a row. */
static void fragment(void)
{
    size_t n = 0;
    void *p;

    while ((p = pages_alloc(1)) != NULL)
        take(p, 1, 7);
    for (size_t i = 0; i < PAGES; i += 2)
        if (owner[i] != 0)
            give_back(i, 1), n++;
    assert(pages_available() == n && n > 600 && pages_alloc(2) == NULL && pages_alloc_aligned(1) == NULL);
}

int main(void)
{
    uint64_t before;

    assert(pages_alloc(1) == NULL && pages_available() == 0);
    assert(pages_buddy_init() < 0);
    add_range(1, 4);
    add_range(10, 11);
    add_range(20, 150);
    add_range(150, 160); /* two ranges that touch are one run */
    add_range(170, 700);
    add_range(701, 1500); /* 512 aligned ones are not among them: 512 to 1023 has a hole */
    memset(memory, 0xee, sizeof memory);
    assert(pages_buddy_init() == 0);
    in_range[1] = 0; /* what it keeps for itself */
    assert(pages_available() == model_free());
    assert(pages_alloc(0) == NULL && pages_alloc(SIZE_MAX) == NULL && pages_alloc(800) == NULL);
    assert(pages_alloc_aligned(10) == NULL && pages_alloc_aligned(60) == NULL);
    void *whole = pages_alloc(799); /* no power of two, and none of its blocks holds it */
    assert(index_of(whole) == 701);
    pages_free(whole, 799);
    assert(pages_alloc_aligned(9) == NULL);
    assert(traps(free_twice) && traps(free_across) && traps(free_in_a_large_block) && traps(free_foreign));

    test_failures();
    for (int round = 0; round < 40000; round++) {
        if (draw(8) < (round / 3000 % 2 ? 2u : 6u)) /* fill up, then drain */
            allocate(1 + (unsigned)round % 250);
        else
            release();
        assert(pages_available() == model_free());
        if (round % 10000 == 9999)
            fragment();
    }
    for (size_t i = 0; i < PAGES; i++)
        if (owner[i] != 0)
            give_back(i, 1);
    before = pages_failed();
    for (size_t n = 0; pages_failed() == before; n++) { /* until the parameter holds */
        void *p = pages_alloc(1);

        assert(n < 200000);
        pages_free(p, p != NULL);
    }
    assert(__builtin_popcount(failures()) == 10);
    pages_fail(0, 0);
    assert(index_of(pages_alloc(799)) == 701); /* everything has been joined again */
    assert(index_of(pages_alloc(530)) == 170);
    assert(index_of(pages_alloc(140)) == 20);
    assert(pages_available() == 3);
    return 0;
}
