/*
 * The same work again and again while allocations of the kernel fail on purpose: every call ends well or with
 * ENOMEM, every touch with a page or SIGBUS, and in the end all memory is free again.
 */
#include "cases.h"

#include <setjmp.h>
#include <signal.h>

/* The kernel's own: pages_failures.h, pages.h. */
void pages_fail(uint32_t every, uint32_t seed);
uint64_t pages_failed(void);
size_t pages_available(void);

static sigjmp_buf back;
static unsigned long refused, signals;

static void note(int number)
{
    (void)number;
    signals++;
    siglongjmp(back, 1);
}

static void touch(char *at, unsigned char value)
{
    if (sigsetjmp(back, 1) == 0)
        poke(at, value);
}

/* Whether a call was refused: for want of memory, if so. */
static int was_refused(long result)
{
    if (result != -1)
        return 0;
    CHECK(errno == ENOMEM);
    refused++;
    return 1;
}

/* What was refused once is done with memory: nothing may stay. */
static void unmap(char *start, size_t size)
{
    if (was_refused(munmap(start, size))) {
        pages_fail(0, 0);
        CHECK(munmap(start, size) == 0);
    }
}

static void anonymous(void)
{
    size_t size = 40 * PAGE;
    char *start = mmap(NULL, size, READ_WRITE, PRIVATE, -1, 0), *moved;

    if (was_refused((long)start))
        return;
    for (size_t i = 0; i < size; i += PAGE)
        touch(start + i, 1);
    for (size_t i = 1; i < 39; i += 3) {
        was_refused(mprotect(start + i * PAGE, PAGE, i % 2 ? PROT_READ : PROT_NONE));
        was_refused(munmap(start + (i + 1) * PAGE, PAGE));
    }
    moved = mremap(start, PAGE, 50 * PAGE, MREMAP_MAYMOVE);
    if (!was_refused((long)moved)) {
        touch(moved + 49 * PAGE, 2);
        unmap(moved, 50 * PAGE);
    }
    was_refused(madvise(start + 3 * PAGE, PAGE, MADV_DONTNEED));
    unmap(start, size);
}

static void large(void)
{
    char *start = mmap(NULL, 2 * LARGE, READ_WRITE, PRIVATE, -1, 0), *moved;

    if (was_refused((long)start))
        return;
    touch(start + 5, 1);
    touch(start + LARGE + 5 * PAGE, 1);
    was_refused(mprotect(start + 7 * PAGE, PAGE, PROT_READ));
    moved = mremap(start + LARGE, LARGE, LARGE + PAGE, MREMAP_MAYMOVE);
    if (!was_refused((long)moved))
        unmap(moved, LARGE + PAGE);
    unmap(start, 2 * LARGE);
}

static void shared(int fd)
{
    char *start = mmap(NULL, 8 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);

    if (was_refused((long)start))
        return;
    for (size_t i = 0; i < 8; i++)
        touch(start + i * PAGE, (unsigned char)i);
    was_refused(mprotect(start + PAGE, PAGE, PROT_READ));
    was_refused(munmap(start + 3 * PAGE, PAGE));
    unmap(start, 8 * PAGE);
}

static void round_of(int fd, uint32_t every, uint32_t seed)
{
    pages_fail(every, seed);
    anonymous();
    large();
    shared(fd);
    pages_fail(0, 0);
}

/* A mapping for which tables of all levels are needed, of which the kernel keeps three when it goes. */
static void far_away(void)
{
    char *near = map(PAGE, PROT_READ, PRIVATE), *wish = near + ((size_t)1 << 40);
    char *start = mmap(wish, PAGE, READ_WRITE, PRIVATE, -1, 0);

    CHECK(start == wish);
    poke(start, 1);
    CHECK(munmap(start, PAGE) == 0 && munmap(near, PAGE) == 0);
}

void shortage(void)
{
    struct sigaction action = {.sa_handler = note};
    int fd = open("/shortage-test", O_RDWR | O_CREAT, 0600);
    size_t before;

    CHECK(fd >= 0 && sigaction(SIGBUS, &action, NULL) == 0);
    for (size_t i = 0; i < 8 * PAGE; i += PAGE)
        CHECK(pwrite(fd, "page", 4, (off_t)i) == 4);
    CHECK(ftruncate(fd, 8 * PAGE) == 0);
    round_of(fd, 0, 0); /* the heap's first pages, and whatever else stays */
    far_away();
    before = pages_available();
    for (uint32_t every = 1; every < 80; every++)
        round_of(fd, every, 0);
    for (uint32_t seed = 1; seed <= 80; seed++)
        round_of(fd, 2 + seed % 10, seed);
    printf("%lu allocations failed, %lu calls, %lu touches\n", (unsigned long)pages_failed(), refused,
           signals);
    CHECK(pages_failed() > 100 && refused > 5);
    if (pages_available() != before)
        printf("%zu pages free, %zu before\n", pages_available(), before);
    CHECK(pages_available() == before);
    CHECK(close(fd) == 0 && unlink("/shortage-test") == 0);
}
