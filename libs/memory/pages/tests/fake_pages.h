/*
 * A page allocator for host tests of what stands on `pages`: first fit in one arena. AddressSanitizer
 * knows which pages are handed out. Defines the functions of pages.h; include it in one file of a program.
 */
#pragma once

#include <assert.h>
#include <pages.h>
#include <sanitizer/asan_interface.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#ifndef FAKE_PAGES
#define FAKE_PAGES 192
#endif

static _Alignas(4096) unsigned char fake_pages[FAKE_PAGES][4096];
static bool fake_pages_taken[FAKE_PAGES];
static bool fake_pages_ready;
static long fake_pages_fail_in =
    -1; /* counts down with every call; the call that finds 0 fails, and all after it */

static void fake_pages_prepare(void)
{
    if (!fake_pages_ready)
        ASAN_POISON_MEMORY_REGION(fake_pages, sizeof fake_pages);
    fake_pages_ready = true;
}

/* Takes everything back, whoever has it. */
static inline void fake_pages_reset(void)
{
    memset(fake_pages_taken, 0, sizeof fake_pages_taken);
    ASAN_POISON_MEMORY_REGION(fake_pages, sizeof fake_pages);
}

size_t pages_available(void)
{
    size_t n = 0;
    for (size_t i = 0; i < FAKE_PAGES; i++)
        n += !fake_pages_taken[i];
    return n;
}

void *pages_alloc(size_t count)
{
    size_t run = 0;

    fake_pages_prepare();
    if (count == 0 || fake_pages_fail_in == 0)
        return NULL;
    if (fake_pages_fail_in > 0)
        fake_pages_fail_in--;
    for (size_t i = 0; i < FAKE_PAGES; i++) {
        run = fake_pages_taken[i] ? 0 : run + 1;
        if (run < count)
            continue;
        for (size_t j = i + 1 - count; j <= i; j++)
            fake_pages_taken[j] = true;
        ASAN_UNPOISON_MEMORY_REGION(fake_pages[i + 1 - count], count * 4096);
        return fake_pages[i + 1 - count];
    }
    return NULL;
}

void pages_free(void *start, size_t count)
{
    size_t at = (size_t)((unsigned char *)start - fake_pages[0]);

    assert(at % 4096 == 0);
    at /= 4096;
    assert(at < FAKE_PAGES && count <= FAKE_PAGES - at);
    for (size_t i = at; i < at + count; i++) {
        assert(fake_pages_taken[i]);
        fake_pages_taken[i] = false;
    }
    ASAN_POISON_MEMORY_REGION(fake_pages[at], count * 4096);
}
