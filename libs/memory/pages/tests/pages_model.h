/*
 * A map of owners, against which allocators of pages are tried: PAGES of memory, which whoever includes this
 * defines, of which ranges are given to the allocator.
 */
#pragma once

#include <assert.h>
#include <boot_info.h>
#include <pages.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct boot_info boot_info;
static _Alignas(1 << 21) unsigned char memory[PAGES][4096];
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

/* Whether there are so many free pages in a row; of those that begin at a multiple of `step`. */
static bool model_fits(size_t count, size_t step)
{
    size_t run = 0;
    for (size_t i = 0; i < PAGES; i++) {
        if (!(in_range[i] && owner[i] == 0))
            run = 0;
        else if (run != 0 || i % step == 0)
            run++;
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
