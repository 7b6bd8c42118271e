/* The set of ranges against a plain map of pages. */
// instead: ../ranges.c
#include "../ranges.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PAGES 256

static struct boot_info info;

/* What the ranges say of each of the first PAGES pages, and that they keep their promises. */
static void check(const unsigned char *expected)
{
    uintptr_t last = 0;

    assert(info.range_count <= BOOT_INFO_MAX_RANGES);
    for (size_t i = 0; i < info.range_count; i++) {
        struct boot_range r = info.ranges[i];

        assert(r.start < r.end && r.start % 4096 == 0 && r.end % 4096 == 0 && r.start >= 4096);
        assert(i == 0 || r.start > last);
        last = r.end;
    }
    for (size_t page = 0; expected && page < PAGES; page++)
        assert(boot_ranges_hold(&info, page * 4096, page * 4096 + 4096) == expected[page]);
}

static void edges(void)
{
    unsigned char expected[PAGES] = {0};

    memset(&info, 0, sizeof info);
    boot_ranges_add(&info, 0, 0x1fff); /* page 0 never counts, and half a page is none */
    assert(info.range_count == 0);
    boot_ranges_add(&info, 0x3001, 0x5fff);
    expected[4] = 1;
    check(expected);
    boot_ranges_add(&info, 0x5000, 0x7000); /* touches: one range */
    expected[5] = expected[6] = 1;
    check(expected);
    assert(info.range_count == 1);
    boot_ranges_remove(&info, 0x5fff, 0x6001); /* a byte of each page takes both */
    expected[5] = expected[6] = 0;
    check(expected);
    boot_ranges_remove(&info, 0x9000, 0x3000);
    boot_ranges_add(&info, 0x9000, 0x3000);
    boot_ranges_add(&info, 0x9000, 0x9000);
    check(expected);

    memset(&info, 0, sizeof info);
    boot_ranges_add(&info, UINT64_MAX - 4095, UINT64_MAX);
    boot_ranges_add(&info, RANGES_LIMIT, UINT64_MAX);
    assert(info.range_count == 0);
    boot_ranges_add(&info, 0x100000, UINT64_MAX);
    assert(info.range_count == 1 && info.ranges[0].end == RANGES_LIMIT);
    boot_ranges_remove(&info, 0x200000, UINT64_MAX);
    assert(info.range_count == 1 && info.ranges[0].end == 0x200000);
}

static void too_many(void)
{
    memset(&info, 0, sizeof info);
    for (uint64_t i = 1; i <= BOOT_INFO_MAX_RANGES; i++)
        boot_ranges_add(&info, i * 0x100000, i * 0x100000 + 0x2000);
    boot_ranges_add(&info, 0x10000, 0x11000); /* the smallest of all is the newcomer */
    assert(info.range_count == BOOT_INFO_MAX_RANGES && info.ranges[0].start == 0x100000);
    boot_ranges_add(&info, 0x10000, 0x20000); /* another gives way */
    assert(info.range_count == BOOT_INFO_MAX_RANGES && info.ranges[0].start == 0x10000);
    check(NULL);
    boot_ranges_remove(&info, 0x11000, 0x12000); /* splits: the small piece is lost or takes a place */
    check(NULL);
    assert(!boot_ranges_hold(&info, 0x11000, 0x12000) && boot_ranges_hold(&info, 0x12000, 0x20000));
}

/* Against a map of pages, as long as the ranges suffice. */
static void random_steps(void)
{
    srand(1);
    for (int round = 0; round < 2000; round++) {
        unsigned char expected[PAGES] = {0};

        memset(&info, 0, sizeof info);
        for (int step = 0; step < 12; step++) {
            uint64_t start = (uint64_t)(rand() % (PAGES * 4096)),
                     end = start + (uint64_t)(rand() % (40 * 4096));
            int add = rand() % 2;

            (add ? boot_ranges_add : boot_ranges_remove)(&info, start, end);
            for (uint64_t page = 1; page < PAGES; page++) {
                if (add && start <= page * 4096 && end >= page * 4096 + 4096)
                    expected[page] = 1;
                if (!add && start < page * 4096 + 4096 && end > page * 4096 && start < end)
                    expected[page] = 0;
            }
            check(expected);
        }
    }
}

int main(void)
{
    edges();
    too_many();
    random_steps();
    return 0;
}
