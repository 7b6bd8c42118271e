/*
 * What the page cache needs below it, for tests in which nobody else is there: a heap, memory of `room`
 * pages, and a time that stands still. How many pages are available is the test's to say.
 */
#pragma once

#include <assert.h>
#include <clock.h>
#include <heap.h>
#include <pages.h>
#include <stdlib.h>
#include <string.h>
#include <wait_queue.h>

#define MEMORY 4096u /* pages */
#define SECOND 1000000000ull

static uint64_t now = 100 * SECOND;
static size_t room = MEMORY;

void *heap_alloc(size_t bytes)
{
    return malloc(bytes);
}

void heap_free(void *block)
{
    free(block);
}

/* Pages are blocks of the heap, one each, as the run that they came in is given back page by page. */
static unsigned char memory[MEMORY][PAGE_SIZE] __attribute__((aligned(4096)));
static bool taken[MEMORY];
static size_t pages_used;

void *pages_alloc(size_t count)
{
    size_t run = 0;

    for (size_t i = 0; i < room; i++) {
        run = taken[i] ? 0 : run + 1;
        if (run == count) {
            memset(&taken[i + 1 - count], true, count);
            pages_used += count;
            return memset(memory[i + 1 - count], 0xa5, count * PAGE_SIZE);
        }
    }
    return NULL;
}

void pages_free(void *pages, size_t count)
{
    size_t at = (size_t)((unsigned char *)pages - memory[0]) / PAGE_SIZE;

    for (size_t i = 0; i < count; i++) {
        assert(taken[at + i]);
        taken[at + i] = false;
    }
    pages_used -= count;
    memset(pages, 0xdd, count * PAGE_SIZE);
}

uint64_t clock_monotonic(void)
{
    return now;
}

uint64_t clock_realtime(void)
{
    return now;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    abort(); /* nobody else is there */
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

void log_write(int level, const char *text, ...)
{
    (void)level, (void)text;
}
