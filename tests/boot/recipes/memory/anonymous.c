#include "cases.h"

void zeroes(void)
{
    char *start = map(10 * PAGE, READ_WRITE, PRIVATE);

    CHECK(present(start, 10 * PAGE) == 0);
    for (size_t i = 0; i < 10 * PAGE; i += 512)
        CHECK(peek(start + i) == 0);
    poke(start + 3 * PAGE + 5, 1);
    CHECK(peek(start + 3 * PAGE + 5) == 1 && peek(start + 3 * PAGE + 4) == 0 && peek(start + 4 * PAGE) == 0);
    poke(start + 5 * PAGE, 2); /* read before: all of those were one page */
    CHECK(peek(start + 3 * PAGE) == 0 && peek(start + 6 * PAGE) == 0 && peek(start + 5 * PAGE) == 2);
    memset(start, 0x5a, 10 * PAGE);
    CHECK(munmap(start, 10 * PAGE) == 0);
    start = map(10 * PAGE, READ_WRITE, PRIVATE); /* the same pages, perhaps, and nothing of them */
    for (size_t i = 0; i < 10 * PAGE; i++)
        CHECK(start[i] == 0);
    CHECK(munmap(start, 10 * PAGE) == 0);
}

void sparse(void)
{
    size_t size = (size_t)8 << 30;
    char *start = map(size, READ_WRITE, PRIVATE | MAP_NORESERVE);

    for (size_t i = 0; i < size; i += size / 64) /* reading: no page but the one of zeroes */
        CHECK(peek(start + i) == 0);
    CHECK(madvise(start, size, MADV_NOHUGEPAGE) == 0 || errno == EINVAL);
    poke(start + size - 1, 7);
    poke(start + size / 2, 8);
    CHECK(peek(start + size - 1) == 7 && peek(start + size / 2) == 8 && peek(start + size / 2 + 1) == 0);
    CHECK(munmap(start, size) == 0);
    start = map(size, PROT_NONE, PRIVATE); /* addresses, no memory */
    CHECK(mprotect(start + size / 4, PAGE, READ_WRITE) == 0);
    poke(start + size / 4, 9);
    CHECK(present(start + size / 4 - PAGE, 3 * PAGE) == 1);
    CHECK(munmap(start, size) == 0);
}

void splitting(void)
{
    char *start = map(9 * PAGE, READ_WRITE, PRIVATE);

    for (size_t i = 0; i < 9; i++)
        poke(start + i * PAGE, (unsigned char)(i + 1));
    CHECK(munmap(start + 4 * PAGE, PAGE) == 0);
    CHECK(munmap(start + 4 * PAGE, PAGE) == 0); /* nothing is there any more, which is no error */
    FAILS(mprotect(start, 9 * PAGE, PROT_READ), ENOMEM);
    CHECK(mprotect(start, 4 * PAGE, READ_WRITE) == 0 &&
          mprotect(start + 5 * PAGE, 4 * PAGE, READ_WRITE) == 0);
    for (size_t i = 0; i < 9; i++)
        CHECK(i == 4 || peek(start + i * PAGE) == i + 1);
    CHECK(mmap(start + 4 * PAGE, PAGE, READ_WRITE, PRIVATE | MAP_FIXED, -1, 0) == start + 4 * PAGE);
    CHECK(peek(start + 4 * PAGE) == 0 && mprotect(start, 9 * PAGE, PROT_READ) == 0);
    CHECK(munmap(start - 0, 2 * PAGE) == 0 && munmap(start + 7 * PAGE, 2 * PAGE) == 0);
    CHECK(peek(start + 2 * PAGE) == 3 && peek(start + 6 * PAGE) == 7);
    CHECK(munmap(start, 9 * PAGE) == 0);
}

void protection(void)
{
    char *start = map(4 * PAGE, READ_WRITE, PRIVATE);
    static const unsigned char code[] = {0xb8, 0x2a, 0, 0, 0, 0xc3}; /* mov $42, %eax; ret */
    int (*function)(void) = (int (*)(void))(uintptr_t)(start + PAGE);

    memcpy(start + PAGE, code, sizeof code);
    CHECK(mprotect(start + PAGE, PAGE, PROT_READ | PROT_EXEC) == 0);
    CHECK(function() == 42 && peek(start + PAGE) == 0xb8);
    CHECK(mprotect(start + PAGE, PAGE, PROT_NONE) == 0 && mprotect(start + PAGE, PAGE, PROT_READ) == 0);
    CHECK(memcmp(start + PAGE, code, sizeof code) == 0); /* kept while out of reach */
    CHECK(mprotect(start, 4 * PAGE, READ_WRITE) == 0);
    poke(start + PAGE, 1);
    CHECK(peek(start + PAGE) == 1);
    CHECK(munmap(start, 4 * PAGE) == 0);
}

void places(void)
{
    char *start = map(6 * PAGE, READ_WRITE, PRIVATE), *wish;

    poke(start + 2 * PAGE, 3);
    FAILS(mmap(start + PAGE, PAGE, READ_WRITE, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0), EEXIST);
    CHECK(peek(start + 2 * PAGE) == 3);
    wish = mmap(start + PAGE, PAGE, READ_WRITE, PRIVATE, -1, 0); /* taken: somewhere else then */
    CHECK(wish != MAP_FAILED && (wish < start || wish >= start + 6 * PAGE) && munmap(wish, PAGE) == 0);
    CHECK(munmap(start + PAGE, 3 * PAGE) == 0);
    CHECK(mmap(start + 2 * PAGE, PAGE, READ_WRITE, PRIVATE, -1, 0) == start + 2 * PAGE);
    CHECK(mmap(start + PAGE, PAGE, READ_WRITE, PRIVATE | MAP_FIXED_NOREPLACE, -1, 0) == start + PAGE);
    CHECK(peek(start + 2 * PAGE) == 0);
    CHECK(mmap(start, 6 * PAGE, PROT_READ, PRIVATE | MAP_FIXED, -1, 0) == start && peek(start + PAGE) == 0);
    CHECK(munmap(start, 6 * PAGE) == 0);
    start = map(5 * PAGE, READ_WRITE, PRIVATE | MAP_POPULATE);
    CHECK(present(start, 5 * PAGE) == 5 && munmap(start, 5 * PAGE) == 0);
}

/* Whether pages are large is the kernel's business; what can be seen is that cutting them up keeps what they
 * hold. */
void large_pages(void)
{
    size_t size = 4 * LARGE;
    char *start = map(size, READ_WRITE, PRIVATE);

    for (size_t i = 0; i < size; i += PAGE)
        *(volatile size_t *)(start + i) = i;
    CHECK(mprotect(start + LARGE + 5 * PAGE, 7 * PAGE, PROT_READ) == 0);
    CHECK(munmap(start + 2 * LARGE + PAGE, PAGE) == 0);
    CHECK(madvise(start + 3 * LARGE + 9 * PAGE, PAGE, MADV_DONTNEED) == 0);
    for (size_t i = 0; i < size; i += PAGE) {
        if (i == 2 * LARGE + PAGE)
            continue;
        CHECK(*(volatile size_t *)(start + i) == (i == 3 * LARGE + 9 * PAGE ? 0 : i));
    }
    CHECK(mprotect(start, LARGE, PROT_NONE) == 0 && mprotect(start, LARGE, READ_WRITE) == 0);
    CHECK(*(volatile size_t *)(start + LARGE - PAGE) == LARGE - PAGE);
    CHECK(munmap(start, size) == 0);
}

void discarding(void)
{
    char *start = map(8 * PAGE, READ_WRITE, PRIVATE);

    memset(start, 1, 8 * PAGE);
    CHECK(madvise(start + PAGE, 2 * PAGE, MADV_DONTNEED) == 0);
    CHECK(present(start, 8 * PAGE) == 6);
    CHECK(peek(start + PAGE) == 0 && peek(start + 3 * PAGE - 1) == 0);
    CHECK(peek(start) == 1 && peek(start + 3 * PAGE) == 1);
    CHECK(madvise(start, 8 * PAGE, MADV_WILLNEED) == 0 && madvise(start, 8 * PAGE, MADV_SEQUENTIAL) == 0);
    CHECK(mprotect(start + 4 * PAGE, PAGE, PROT_READ) == 0);
    CHECK(madvise(start, 8 * PAGE, MADV_DONTNEED) == 0);
    for (size_t i = 0; i < 8 * PAGE; i += 64)
        CHECK(peek(start + i) == 0);
    CHECK(munmap(start + 2 * PAGE, PAGE) == 0);
    FAILS(madvise(start, 8 * PAGE, MADV_DONTNEED), ENOMEM);
    CHECK(munmap(start, 8 * PAGE) == 0);
}

void breaks(void)
{
    char *start = sbrk(0);

    /* musl's own sbrk() only tells where the break is: brk(2) itself is what is tested. */
    extern long syscall(long, ...);
    long brk_number = 12;
    long first = syscall(brk_number, 0), grown;

    CHECK(start != NULL && first > 0);
    grown = syscall(brk_number, first + 5 * (long)PAGE + 100);
    CHECK(grown == first + 5 * (long)PAGE + 100);
    memset((char *)first, 3, 5 * PAGE + 100);
    CHECK(syscall(brk_number, first + 10) == first + 10 && peek((char *)first + 9) == 3);
    CHECK(syscall(brk_number, first + 2 * (long)PAGE) == first + 2 * (long)PAGE);
    CHECK(syscall(brk_number, 4096) == first + 2 * (long)PAGE); /* nonsense changes nothing */
    CHECK(peek((char *)first + 2 * PAGE - 1) == 0 || first % (long)PAGE != 0);
    CHECK(syscall(brk_number, first) == first);
}

void locking(void)
{
    char *start = map(6 * PAGE, READ_WRITE, PRIVATE);

    CHECK(mlock(start + PAGE + 10, PAGE) == 0);
    CHECK(present(start, 6 * PAGE) == 2); /* it touches two pages */
    FAILS(madvise(start, 6 * PAGE, MADV_DONTNEED), EINVAL);
    FAILS(msync(start, 6 * PAGE, MS_SYNC | MS_INVALIDATE), EBUSY);
    CHECK(munlock(start, 6 * PAGE) == 0 && madvise(start, 6 * PAGE, MADV_DONTNEED) == 0);
    CHECK(munmap(start + 3 * PAGE, PAGE) == 0);
    FAILS(mlock(start, 6 * PAGE), ENOMEM);
    CHECK(munmap(start, 6 * PAGE) == 0);
    CHECK(mlockall(MCL_FUTURE) == 0);
    start = map(3 * PAGE, READ_WRITE, PRIVATE);
    CHECK(present(start, 3 * PAGE) == 3 && munlockall() == 0 && munmap(start, 3 * PAGE) == 0);
    FAILS(mlockall(0), EINVAL);
}

void errors(void)
{
    char *start = map(2 * PAGE, READ_WRITE, PRIVATE);
    unsigned char vector[2];

    FAILS(mmap(NULL, 0, PROT_READ, PRIVATE, -1, 0), EINVAL);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0), EINVAL);
    FAILS(mmap(NULL, SIZE_MAX - 100, PROT_READ, PRIVATE, -1, 0), ENOMEM);
    FAILS(mmap(start + 1, PAGE, PROT_READ, PRIVATE | MAP_FIXED, -1, 0), EINVAL);
    FAILS(munmap(start + 1, PAGE), EINVAL);
    FAILS(munmap(start, 0), EINVAL);
    FAILS(mprotect(start, PAGE, 0x80), EINVAL);
    CHECK(mprotect(start, 0, PROT_READ) == 0);
    FAILS(madvise(start, PAGE, 1000), EINVAL);
    FAILS(madvise(start + 1, PAGE, MADV_NORMAL), EINVAL);
    FAILS(mincore(start + 1, PAGE, vector), EINVAL);
    FAILS(msync(start, PAGE, MS_SYNC | MS_ASYNC), EINVAL);
    FAILS(msync(start, PAGE, 64), EINVAL);
    CHECK(munmap(start + PAGE, PAGE) == 0);
    FAILS(mincore(start, 2 * PAGE, vector), ENOMEM);
    FAILS(msync(start, 2 * PAGE, MS_SYNC), ENOMEM);
    CHECK(munmap(start, PAGE) == 0);
    FAILS(mprotect(start, PAGE, PROT_READ), ENOMEM);
}
