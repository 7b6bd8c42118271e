/* Random allocations and frees against a map of owners; exhaustion, splitting of runs, joining, double free.
 */
#include <assert.h>
#include <boot_info.h>
#include <pages.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 200

int pages_list_init(void);

struct boot_info boot_info;
static _Alignas(4096) unsigned char memory[PAGES][4096];
static unsigned owner[PAGES]; /* model: 0 = in no range or free */
static unsigned char in_range[PAGES];

static size_t index_of(const void *p)
{
    size_t offset = (size_t)((const unsigned char *)p - memory[0]);
    assert(offset % 4096 == 0 && offset / 4096 < PAGES);
    return offset / 4096;
}

static void add_range(size_t start, size_t end)
{
    boot_info.ranges[boot_info.range_count++] =
        (struct boot_range){(uintptr_t)memory[start], (uintptr_t)memory[start] + (end - start) * 4096};
    memset(in_range + start, 1, end - start);
}

static size_t model_free(void)
{
    size_t n = 0;
    for (size_t i = 0; i < PAGES; i++)
        n += in_range[i] && owner[i] == 0;
    return n;
}

static bool model_fits(size_t count)
{
    size_t run = 0;
    for (size_t i = 0; i < PAGES; i++) {
        run = in_range[i] && owner[i] == 0 ? run + 1 : 0;
        if (run >= count)
            return true;
    }
    return false;
}

static void take(void *p, size_t count, unsigned id)
{
    size_t at = index_of(p);
    for (size_t i = at; i < at + count; i++) {
        assert(in_range[i] && owner[i] == 0);
        owner[i] = id;
        memset(memory[i], (int)id, 4096); /* the allocator must not rely on, or touch, what it gave away */
    }
}

static void give_back(size_t at, size_t count)
{
    for (size_t i = at; i < at + count; i++) {
        assert(memory[i][0] == (unsigned char)owner[i] && memory[i][4095] == (unsigned char)owner[i]);
        owner[i] = 0;
    }
    pages_free(memory[at], count);
}

static bool traps(void (*f)(void))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGILL, SIG_DFL);
        signal(SIGTRAP, SIG_DFL);
        f();
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
}

static void free_twice(void)
{
    void *p = pages_alloc(3);
    pages_free(p, 3);
    pages_free((unsigned char *)p + 4096, 1);
}

static void free_across(void)
{
    unsigned char *p = pages_alloc(3);
    pages_free(p + 4096, 1);
    pages_free(p, 3);
}

int main(void)
{
    unsigned random = 12345;

    assert(pages_alloc(1) == NULL && pages_available() == 0);
    add_range(1, 4);
    add_range(10, 11);
    add_range(20, 150);
    add_range(150, 160); /* two ranges that touch are one run */
    add_range(170, 200);
    boot_info.ranges[boot_info.range_count++] =
        (struct boot_range){(uintptr_t)memory[5], (uintptr_t)memory[5]};
    memset(memory, 0xee, sizeof memory);
    assert(pages_list_init() == 0);
    assert(pages_available() == model_free());
    assert(pages_alloc(0) == NULL && pages_alloc(SIZE_MAX) == NULL && pages_alloc(141) == NULL);
    void *whole = pages_alloc(140);
    assert(index_of(whole) == 20);
    pages_free(whole, 140);
    assert(traps(free_twice) && traps(free_across));

    for (int round = 0; round < 60000; round++) {
        random = random * 1664525 + 1013904223;
        size_t count = 1 + (random >> 8) % ((random >> 20) % 16 == 0 ? 60 : 6);
        unsigned phase = (unsigned)round / 3000 % 2; /* fill up, then drain */
        if ((random >> 28) % 8 < (phase ? 2 : 6)) {
            bool fits = model_fits(count);
            void *p = pages_alloc(count);
            assert((p != NULL) == fits);
            if (p != NULL)
                take(p, count, 1 + (unsigned)round % 250);
        } else {
            /* Any part of a run, or adjacent runs at once. */
            size_t at = (random >> 8) % PAGES, n = 0;
            while (at + n < PAGES && n < count && owner[at + n] != 0)
                n++;
            give_back(at, n);
        }
        assert(pages_available() == model_free());
    }
    for (size_t i = 0; i < PAGES; i++)
        if (owner[i] != 0)
            give_back(i, 1);
    assert(index_of(pages_alloc(140)) == 20); /* everything has been joined again */
    return 0;
}
