/*
 * The memory calls against a model of what each page should be, on a small arena of fake pages. Random
 * operations with a fixed seed, with and without allocations and protections that fail.
 */
#include <assert.h>
#include <errno.h>
#include <linux_memory.h>
#include <page_protection.h>
#include <pages.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../regions.h"

#define PAGES 400
#define LOW_PAGES 96 /* those that random operations name; the fake allocator prefers low ones, too */
#define ANONYMOUS (MAP_PRIVATE | MAP_ANONYMOUS)
#define READ_WRITE (PAGE_READ | PAGE_WRITE)

long sys_brk(long end);
long sys_madvise(long address, long length, long advice);
long sys_mmap(long address, long length, long protection, long flags, long fd, long offset);
long sys_mprotect(long address, long length, long protection);
long sys_mremap(long address, long old_length, long new_length, long flags, long new_address);
long sys_munmap(long address, long length);

static _Alignas(4096) unsigned char arena[PAGES * PAGE_SIZE];
static bool taken[PAGES];
static int protection_of[PAGES];
static unsigned fail_in; /* the allocation or protection that fails, counted from now; 0: none */

static bool fails(void)
{
    return fail_in != 0 && --fail_in == 0;
}

static size_t page_of(uintptr_t address)
{
    assert(address % PAGE_SIZE == 0);
    assert(address >= (uintptr_t)arena && address < (uintptr_t)arena + sizeof arena);
    return (address - (uintptr_t)arena) / PAGE_SIZE;
}

void *pages_alloc(size_t count)
{
    if (count == 0 || count > PAGES || fails()) {
        return NULL;
    }
    for (size_t first = 0; first + count <= PAGES; first++) {
        size_t n = 0;

        while (n < count && !taken[first + n]) {
            n++;
        }
        if (n == count) {
            for (n = 0; n < count; n++) {
                taken[first + n] = true;
                protection_of[first + n] = READ_WRITE;
            }
            memset(arena + first * PAGE_SIZE, 0xa5, count * PAGE_SIZE);
            return arena + first * PAGE_SIZE;
        }
    }
    return NULL;
}

void pages_free(void *start, size_t count)
{
    size_t first = page_of((uintptr_t)start);

    for (size_t n = first; n < first + count; n++) {
        assert(n < PAGES && taken[n] && protection_of[n] == READ_WRITE);
        taken[n] = false;
    }
}

size_t pages_available(void)
{
    size_t available = 0;

    for (size_t n = 0; n < PAGES; n++) {
        available += !taken[n];
    }
    return available;
}

int page_protect(uintptr_t start, size_t count, int protection)
{
    size_t first = page_of(start);

    if ((protection & (PAGE_WRITE | PAGE_EXEC)) == (PAGE_WRITE | PAGE_EXEC)) {
        return -EACCES;
    }
    if (fails()) {
        return -ENOMEM;
    }
    for (size_t n = first; n < first + count; n++) {
        assert(n < PAGES && taken[n]);
        protection_of[n] = protection;
    }
    return 0;
}

/* --- the model --- */

static struct {
    bool mapped;
    int protection;
    unsigned char byte; /* what every byte of the page is */
} model[PAGES];

static uint32_t seed;

static uint32_t pick(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static bool all_bytes(size_t page, unsigned char byte)
{
    const unsigned char *p = arena + page * PAGE_SIZE;

    return p[0] == byte && memcmp(p, p + 1, PAGE_SIZE - 1) == 0;
}

/* The table, the fake page tables and the allocator agree, and nothing is lost: what is taken is mapped or
 * holds the table. */
static void check_consistent(void)
{
    size_t unmapped = 0;
    struct region previous = {0};
    struct region part;

    for (uintptr_t at = (uintptr_t)arena; memory_regions_first(at, UINTPTR_MAX, &part); at = part.end) {
        assert(part.start < part.end);
        assert(part.start != previous.end || part.protection != previous.protection);
        previous = part;
    }
    for (size_t n = 0; n < PAGES; n++) {
        uintptr_t start = (uintptr_t)arena + n * PAGE_SIZE;

        if (memory_regions_first(start, start + PAGE_SIZE, &part)) {
            assert(taken[n] && part.protection == protection_of[n]);
        } else {
            unmapped += taken[n];
        }
    }
    assert((unmapped & (unmapped - 1)) == 0); /* the table doubles */
}

static void check_model(void)
{
    struct region part;

    check_consistent();
    for (size_t n = 0; n < PAGES; n++) {
        uintptr_t start = (uintptr_t)arena + n * PAGE_SIZE;

        assert(memory_regions_first(start, start + PAGE_SIZE, &part) == model[n].mapped);
        if (model[n].mapped) {
            assert(part.protection == model[n].protection);
            assert(all_bytes(n, model[n].byte));
        }
    }
}

/* Takes over what is there: after an operation that failed in the middle. */
static void learn(void)
{
    struct region part;

    for (size_t n = 0; n < PAGES; n++) {
        uintptr_t start = (uintptr_t)arena + n * PAGE_SIZE;

        model[n].mapped = memory_regions_first(start, start + PAGE_SIZE, &part);
        if (model[n].mapped) {
            model[n].protection = part.protection;
            memset(arena + n * PAGE_SIZE, model[n].byte, PAGE_SIZE);
        }
    }
}

/* Nothing was mapped or unmapped. */
static void check_mapped(void)
{
    struct region part;

    for (size_t n = 0; n < PAGES; n++) {
        uintptr_t start = (uintptr_t)arena + n * PAGE_SIZE;

        assert(memory_regions_first(start, start + PAGE_SIZE, &part) == model[n].mapped);
    }
}

static bool model_covers(size_t first, size_t count)
{
    for (size_t n = first; n < first + count; n++) {
        if (n >= PAGES || !model[n].mapped) {
            return false;
        }
    }
    return true;
}

static long pages(size_t count)
{
    return (long)(count * PAGE_SIZE - pick(PAGE_SIZE)); /* lengths are rounded up */
}

static long address(size_t page)
{
    return (long)(arena + page * PAGE_SIZE);
}

static void write_byte(size_t page)
{
    model[page].byte = (unsigned char)(1 + pick(255));
    memset(arena + page * PAGE_SIZE, model[page].byte, PAGE_SIZE);
}

static int pick_protection(void)
{
    static const int some[] = {PAGE_NONE, PAGE_READ, READ_WRITE, READ_WRITE, PAGE_READ | PAGE_EXEC};

    return some[pick(5)];
}

static bool try_map(void)
{
    size_t count = 1 + pick(6);
    int protection = pick_protection();
    long got = sys_mmap(0, pages(count), protection, ANONYMOUS, -1, 0);

    if (got < 0) {
        assert(got == -ENOMEM);
        check_mapped();
        return false;
    }
    for (size_t n = page_of((uintptr_t)got); count > 0; n++, count--) {
        assert(!model[n].mapped);
        model[n].mapped = true;
        model[n].protection = protection;
        model[n].byte = 0;
    }
    return true;
}

static bool try_map_fixed(void)
{
    size_t first = pick(LOW_PAGES);
    size_t count = 1 + pick(4);
    bool covered = model_covers(first, count);
    long got = sys_mmap(address(first), pages(count), PAGE_READ, ANONYMOUS | MAP_FIXED, -1, 0);

    if (got < 0) {
        assert(got == -ENOMEM);
        return !covered;
    }
    assert(covered && got == address(first));
    for (size_t n = first; n < first + count; n++) {
        model[n].protection = PAGE_READ;
        model[n].byte = 0;
    }
    return true;
}

static bool try_unmap(void)
{
    size_t first = pick(LOW_PAGES);
    size_t count = 1 + pick(8);
    long got = sys_munmap(address(first), pages(count));

    if (got < 0) {
        return false;
    }
    for (size_t n = first; n < first + count && n < PAGES; n++) {
        model[n].mapped = false;
    }
    return true;
}

static bool try_protect(void)
{
    size_t first = pick(LOW_PAGES);
    size_t count = 1 + pick(8);
    bool covered = model_covers(first, count);
    int protection = pick_protection();
    long got = sys_mprotect(address(first), pages(count), protection);

    if (got < 0) {
        assert(got == -ENOMEM);
        return !covered;
    }
    assert(covered);
    for (size_t n = first; n < first + count; n++) {
        model[n].protection = protection;
    }
    return true;
}

static bool try_advise(void)
{
    size_t first = pick(LOW_PAGES);
    size_t count = 1 + pick(8);
    bool covered = model_covers(first, count);
    long got = sys_madvise(address(first), pages(count), MADV_DONTNEED);

    if (got < 0) {
        assert(got == -ENOMEM);
        return !covered;
    }
    for (size_t n = first; n < first + count; n++) {
        model[n].byte = 0;
    }
    return true;
}

static bool try_remap(void)
{
    size_t first = pick(LOW_PAGES);
    size_t old = 1 + pick(4);
    size_t new = 1 + pick(8);
    bool uniform = model_covers(first, old);
    long got;

    for (size_t n = first + 1; uniform && n < first + old; n++) {
        uniform = model[n].protection == model[first].protection;
    }
    got = sys_mremap(address(first), pages(old), pages(new), MREMAP_MAYMOVE, 0);
    if (got == -EFAULT) {
        assert(!uniform || (new > old && !(model[first].protection & PAGE_READ)));
        return true;
    }
    if (got < 0) {
        assert(got == -ENOMEM && uniform);
        check_mapped();
        return false;
    }
    assert(uniform && (new > old || got == address(first)));
    unsigned char bytes[8];
    int protection = model[first].protection;

    for (size_t n = 0; n < old; n++) {
        bytes[n] = model[first + n].byte;
        model[first + n].mapped = false;
    }
    for (size_t n = 0, to = page_of((uintptr_t)got); n < new; n++, to++) {
        assert(!model[to].mapped);
        model[to].mapped = true;
        model[to].protection = protection;
        model[to].byte = n < old ? bytes[n] : 0;
    }
    return true;
}

static void run(uint32_t first_seed, unsigned operations, bool faults)
{
    static bool (*const all[])(void) = {try_map,     try_map,    try_map_fixed, try_unmap,
                                        try_protect, try_advise, try_remap};

    seed = first_seed;
    for (unsigned i = 0; i < operations; i++) {
        size_t some = pick(LOW_PAGES);

        fail_in = faults && pick(3) == 0 ? 1 + pick(4) : 0;
        if (all[pick(sizeof all / sizeof *all)]()) {
            check_model();
        } else {
            check_consistent();
            learn();
        }
        if (model[some].mapped && model[some].protection == READ_WRITE) {
            write_byte(some);
        }
    }
    fail_in = 0;
    assert(sys_munmap(address(0), sizeof arena) == 0);
    memset(model, 0, sizeof model);
    check_model();
}

static void refuses(void)
{
    long page = sys_mmap(0, 1, READ_WRITE, ANONYMOUS, -1, 0);

    assert(page > 0);
    assert(sys_mmap(0, 0, READ_WRITE, ANONYMOUS, -1, 0) == -EINVAL);
    assert(sys_mmap(0, 1, READ_WRITE, MAP_ANONYMOUS, -1, 0) == -EINVAL);
    assert(sys_mmap(0, 1, READ_WRITE, ANONYMOUS, -1, 1) == -EINVAL);
    assert(sys_mmap(0, 1, 8, ANONYMOUS, -1, 0) == -EINVAL);
    assert(sys_mmap(0, 1, PAGE_READ, MAP_PRIVATE, 3, 0) == -ENODEV);
    assert(sys_mmap(0, -1, READ_WRITE, ANONYMOUS, -1, 0) == -ENOMEM);
    assert(sys_mmap(0, (long)sizeof arena + 1, READ_WRITE, ANONYMOUS, -1, 0) == -ENOMEM);
    assert(sys_mmap(page + 1, 1, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0) == -EINVAL);
    assert(sys_mmap(-4096, 8192, READ_WRITE, ANONYMOUS | MAP_FIXED, -1, 0) == -ENOMEM);
    assert(sys_mmap(0, 1, PAGE_WRITE | PAGE_EXEC, ANONYMOUS, -1, 0) == -EACCES);
    assert(sys_munmap(page, 0) == -EINVAL && sys_munmap(page + 1, 1) == -EINVAL);
    assert(sys_munmap(page, -1) == -EINVAL);
    assert(sys_mprotect(page + 1, 1, PAGE_READ) == -EINVAL && sys_mprotect(page, 0, PAGE_READ) == 0);
    assert(sys_mprotect(page, 1, PAGE_WRITE | PAGE_EXEC) == -EACCES);
    assert(sys_mremap(page, 1, 8192, 0, 0) == -ENOMEM);
    assert(sys_mremap(page, 1, 0, MREMAP_MAYMOVE, 0) == -EINVAL);
    assert(sys_mremap(page, 1, 1, 2, page) == -EINVAL);
    assert(sys_madvise(page + 1, 1, MADV_DONTNEED) == -EINVAL && sys_madvise(page, 1, 8) == 0);
    assert(sys_brk(0) == sys_brk(4096));
    assert(sys_munmap(page, 1) == 0);
    check_model();
}

/* More runs than one page of the table holds. */
static void grows(void)
{
    long start = sys_mmap(0, 390 * PAGE_SIZE, READ_WRITE, ANONYMOUS, -1, 0);

    assert(start > 0);
    for (int i = 1; i < 390; i += 2) {
        assert(sys_mprotect(start + i * (long)PAGE_SIZE, 1, PAGE_READ) == 0);
    }
    for (int i = 0; i < 390; i++) {
        size_t n = page_of((uintptr_t)start) + (size_t)i;

        model[n].mapped = true;
        model[n].protection = i % 2 ? PAGE_READ : READ_WRITE;
        model[n].byte = 0;
    }
    check_model();
    assert(sys_munmap(start, 390 * PAGE_SIZE) == 0);
    memset(model, 0, sizeof model);
    check_model();
}

int main(void)
{
    refuses();
    grows();
    for (uint32_t s = 1; s <= 10; s++) {
        run(s, 400, false);
        run(s, 400, true);
    }
    puts("memory: ok");
    return 0;
}
