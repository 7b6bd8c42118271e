#include "cases.h"

void growing(void)
{
    char *start = map(20 * PAGE, READ_WRITE, PRIVATE);

    CHECK(munmap(start + 3 * PAGE, 17 * PAGE) == 0); /* room to grow, unless somebody else takes it */
    poke(start + 2 * PAGE, 5);
    CHECK(mremap(start, 3 * PAGE, 8 * PAGE, 0) == start);
    CHECK(peek(start + 2 * PAGE) == 5 && peek(start + 7 * PAGE) == 0);
    poke(start + 7 * PAGE, 6);
    CHECK(mmap(start + 8 * PAGE, PAGE, PROT_READ, PRIVATE | MAP_FIXED, -1, 0) == start + 8 * PAGE);
    FAILS(mremap(start, 8 * PAGE, 9 * PAGE, 0), ENOMEM); /* something else lies there */
    CHECK(mremap(start, 8 * PAGE, 2 * PAGE, 0) == start);
    FAILS(mprotect(start + 2 * PAGE, PAGE, PROT_READ), ENOMEM);
    CHECK(mremap(start, 2 * PAGE, 2 * PAGE, 0) == start);
    CHECK(munmap(start, 20 * PAGE) == 0);
    FAILS(mremap(start, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
}

void moving(void)
{
    char *start = map(8 * PAGE, READ_WRITE, PRIVATE), *other, *room;

    for (size_t i = 0; i < 8; i++)
        poke(start + i * PAGE, (unsigned char)(i + 1));
    CHECK(mprotect(start + 6 * PAGE, 2 * PAGE, PROT_READ) == 0);
    FAILS(mremap(start, 8 * PAGE, 9 * PAGE, MREMAP_MAYMOVE), EFAULT); /* two mappings */
    other = mremap(start + PAGE, 3 * PAGE, 10 * PAGE, MREMAP_MAYMOVE);
    CHECK(other != MAP_FAILED && peek(other) == 2 && peek(other + 2 * PAGE) == 4 &&
          peek(other + 3 * PAGE) == 0);
    CHECK(peek(start) == 1 && peek(start + 4 * PAGE) == 5);
    FAILS(mprotect(start + PAGE, PAGE, PROT_READ), ENOMEM);
    CHECK(munmap(other, 10 * PAGE) == 0);
    room = map(8 * PAGE, READ_WRITE, PRIVATE);
    poke(room + 2 * PAGE, 77);
    poke(room, 78);
    CHECK(mremap(start + 4 * PAGE, 2 * PAGE, 3 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 2 * PAGE) ==
          room + 2 * PAGE);
    CHECK(peek(room) == 78 && peek(room + 2 * PAGE) == 5 && peek(room + 3 * PAGE) == 6 &&
          peek(room + 4 * PAGE) == 0);
    CHECK(mremap(start + 6 * PAGE, 2 * PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + 6 * PAGE) ==
          room + 6 * PAGE);
    CHECK(peek(room + 6 * PAGE) == 7);
    FAILS(mprotect(start + 7 * PAGE, PAGE, PROT_READ), ENOMEM); /* what was not moved is gone */
    FAILS(mremap(room, 2 * PAGE, 2 * PAGE, MREMAP_FIXED, start), EINVAL);
    FAILS(mremap(room, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, room + PAGE), EINVAL);
    FAILS(mremap(room + 1, PAGE, PAGE, 0), EINVAL);
    CHECK(munmap(start, 8 * PAGE) == 0 && munmap(room, 8 * PAGE) == 0);
}

void moving_large(void)
{
    size_t size = 3 * LARGE;
    char *start = map(size, READ_WRITE, PRIVATE), *other, *blocked;

    for (size_t i = 0; i < size; i += PAGE)
        *(volatile size_t *)(start + i) = i;
    blocked = mmap(start + size, PAGE, PROT_NONE, PRIVATE, -1, 0); /* there, or where it does no harm */
    other = mremap(start, size, 2 * size, MREMAP_MAYMOVE);
    CHECK(other != MAP_FAILED);
    for (size_t i = 0; i < size; i += PAGE)
        CHECK(*(volatile size_t *)(other + i) == i);
    CHECK(peek(other + size) == 0);
    /* To a place that is not aligned as it was: large pages become small ones. */
    start = map(2 * size + PAGE, PROT_NONE, PRIVATE);
    CHECK(mremap(other, 2 * size, 2 * size, MREMAP_MAYMOVE | MREMAP_FIXED, start + PAGE) == start + PAGE);
    for (size_t i = 0; i < size; i += PAGE)
        CHECK(*(volatile size_t *)(start + PAGE + i) == i);
    CHECK(munmap(blocked, PAGE) == 0 && munmap(start, 2 * size + PAGE) == 0);
}

/* Many mappings that come and go, each with its number in every page. */
void churn(void)
{
    enum { COUNT = 200 };
    static struct {
        char *start;
        size_t pages;
    } maps[COUNT];
    unsigned random = 99;

    for (int round = 0; round < 6000; round++) {
        random = random * 1664525 + 1013904223;
        unsigned i = (random >> 8) % COUNT, n = 1 + (random >> 20) % 9;

        if (maps[i].start == NULL) {
            maps[i].start = map(n * PAGE, READ_WRITE, PRIVATE);
            maps[i].pages = n;
            for (size_t page = 0; page < n; page++)
                poke(maps[i].start + page * PAGE, (unsigned char)i);
            continue;
        }
        for (size_t page = 0; page < maps[i].pages; page++)
            CHECK(peek(maps[i].start + page * PAGE) == (unsigned char)i);
        if (n > maps[i].pages) {
            char *grown = mremap(maps[i].start, maps[i].pages * PAGE, n * PAGE, MREMAP_MAYMOVE);
            CHECK(grown != MAP_FAILED);
            for (size_t page = maps[i].pages; page < n; page++)
                poke(grown + page * PAGE, (unsigned char)i);
            maps[i].start = grown;
            maps[i].pages = n;
        } else {
            CHECK(munmap(maps[i].start, maps[i].pages * PAGE) == 0);
            maps[i].start = NULL;
        }
    }
    for (unsigned i = 0; i < COUNT; i++)
        CHECK(maps[i].start == NULL || munmap(maps[i].start, maps[i].pages * PAGE) == 0);
}
