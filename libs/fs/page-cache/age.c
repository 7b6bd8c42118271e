/*
 * What nobody asks for to be written back, in time: by a thread where there are threads, else whenever the
 * application waits (wait-idle asks for it).
 */
#include "store.h"

#include <clock.h>
#include <page_cache.h>
#include <page_cache_age.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kernel_guard.h>
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_PROCESS_SWITCH
#include <process_switch.h>
#endif

static bool busy;
static uint64_t next_due = WAIT_FOR_EVER; /* not later than the first file's */

uint64_t page_cache_due(void)
{
    return busy ? WAIT_FOR_EVER : next_due;
}

static uint64_t first_due(void)
{
    uint64_t first = WAIT_FOR_EVER;

    for (const struct page_cache_file *file = page_cache_files; file != NULL; file = file->next) {
        uint64_t since = file->dirty != 0 ? file->dirty_since : file->collected;

        if ((file->dirty != 0 || file->mapped != 0) && since + PAGE_CACHE_AGE < first)
            first = since + PAGE_CACHE_AGE;
    }
    return first;
}

/* The file system writes down what belongs to the content, too: where it lies, and how long it is. */
static void write_file(struct page_cache_file *file)
{
    int error = page_cache_clean_all(file);

    if (error == 0 && file->lower->sync != NULL)
        error = file->lower->sync(file->vnode, false);
    else
        return; /* what there was has been noted */
    if (error != 0)
        page_cache_note_error(file, error);
}

void page_cache_write_due(void)
{
    struct page_cache_file *file = NULL;
    uint64_t now = clock_monotonic(), soon;

    busy = true;
    while ((file = page_cache_following(file)) != NULL) {
        if (file->mapped != 0 && now - file->collected >= PAGE_CACHE_AGE)
            page_cache_collect(file);
        if (file->dirty != 0 && now - file->dirty_since >= PAGE_CACHE_AGE)
            write_file(file);
    }
    busy = false;
    next_due = first_due();
    soon = clock_monotonic() + PAGE_CACHE_SECOND; /* somebody else may be at what is due */
    if (next_due < soon)
        next_due = soon;
}

#ifdef CONFIG_LIB_KTHREAD
#define STACK_PAGES 4

static struct kthread thread;
static unsigned char *stack;
static struct wait_queue news;

static void run(void *nothing)
{
    (void)nothing;
    kernel_enter();
    for (;;) {
        (void)wait_until(&news, next_due, false);
        if (clock_monotonic() >= next_due)
            page_cache_write_due();
    }
}

/* False: no memory. */
static bool start(void)
{
    if (stack != NULL) {
        (void)wait_wake(&news, 1);
        return true;
    }
    stack = pages_alloc(STACK_PAGES);
    if (stack == NULL)
        return false;
#ifdef CONFIG_LIB_PROCESS_SWITCH
    thread.process = process_switch_nobody();
#endif
    kthread_start(&thread, stack + STACK_PAGES * PAGE_SIZE, run, NULL);
    return true;
}
#else
static bool start(void)
{
    return true;
}
#endif

void page_cache_announce(void)
{
    if (next_due == WAIT_FOR_EVER && start())
        next_due = clock_monotonic() + PAGE_CACHE_AGE;
}
