/*
 * Pages come, are used, and go, the one first that was not used for longest.
 */
#include "store.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <page_cache.h>
#include <string.h>
#ifdef CONFIG_LIB_REGION_PAGES
#include <region_pages.h>
#endif

#define RUN_MAX 64   /* pages that are read at once */
#define LIMIT_MIN 16 /* pages */

struct page_cache_file *page_cache_files;

static struct page *newest, *oldest;
static size_t total, limit;
static struct wait_queue waiters; /* for any page or file to become free */

void page_cache_wait(void)
{
    (void)wait_until(&waiters, WAIT_FOR_EVER, false);
}

void page_cache_wake(void)
{
    (void)wait_wake(&waiters, WAIT_ALL);
}

size_t page_cache_pages(void)
{
    return total;
}

size_t page_cache_limit(void)
{
    if (limit == 0) {
        limit = (total + pages_available()) / 100 * CONFIG_PAGE_CACHE_PERCENT;
        if (limit < LIMIT_MIN)
            limit = LIMIT_MIN;
    }
    return limit;
}

static void take_out(struct page *page)
{
    *(page->newer != NULL ? &page->newer->older : &newest) = page->older;
    *(page->older != NULL ? &page->older->newer : &oldest) = page->newer;
}

static void put_first(struct page *page)
{
    page->newer = NULL;
    page->older = newest;
    *(newest != NULL ? &newest->newer : &oldest) = page;
    newest = page;
}

struct page *page_cache_find(struct page_cache_file *file, uint64_t index)
{
    uintptr_t *at = page_index_find(&file->pages, index);

    return at != NULL ? (struct page *)*at : NULL;
}

struct page *page_cache_next(struct page_cache_file *file, uint64_t *index, uint64_t end)
{
    uintptr_t *at = page_index_next(&file->pages, index, end);

    return at != NULL ? (struct page *)*at : NULL;
}

static void free_data(struct page *page)
{
#ifdef CONFIG_LIB_REGION_PAGES
    if (page->lent) {
        region_pages_take_back(page->data);
        return;
    }
#endif
    pages_free(page->data, 1);
}

void page_cache_drop(struct page *page)
{
    struct page_cache_file *file = page->file;

    page_cache_set_clean(page);
    *page_index_find(&file->pages, page->index) = 0;
    if (--file->count == 0)
        page_index_clear(&file->pages);
    take_out(page);
    total--;
    free_data(page);
    heap_free(page);
}

/* Whether it can go, and nobody misses anything. */
static bool is_spare(const struct page *page)
{
    return !page->dirty && !page->reading && !page->writing && page->pins == 0;
}

/* Gives up the spare page that was not used for longest. False: there is none. */
static bool give_up_one(void)
{
    struct page *page = oldest;
    struct page_cache_file *file;

    while (page != NULL && !is_spare(page))
        page = page->newer;
    if (page == NULL)
        return false;
    file = page->file;
    page_cache_drop(page);
    if (file->count == 0 && file->vnode->references == 1)
        page_cache_detach(file);
    return true;
}

/* Sees to it that `count` more pages are within the limit, as far as that can be. May wait. */
static void make_room(size_t count)
{
    while (total + count > page_cache_limit() && (give_up_one() || page_cache_clean_oldest() == 0))
        ;
}

/* Memory for a run of at most *count pages, which becomes as many as there are. */
static unsigned char *allocate(size_t *count)
{
    for (;;) {
        unsigned char *run = pages_alloc(*count);

        if (run != NULL)
            return run;
        if (*count > 1)
            *count /= 2;
        else if (!give_up_one() && page_cache_clean_oldest() != 0)
            return NULL;
    }
}

/* Adds a page, which is being read until somebody says otherwise. NULL: no memory, or one is there. */
static struct page *add(struct page_cache_file *file, uint64_t index, unsigned char *data)
{
    uintptr_t *at = page_index_make(&file->pages, index);
    struct page *page = at != NULL && *at == 0 ? heap_alloc(sizeof(*page)) : NULL;

    if (page == NULL) {
        if (file->count == 0)
            page_index_clear(&file->pages);
        return NULL;
    }
    *page = (struct page){.file = file, .index = index, .data = data, .reading = true};
    *at = (uintptr_t)page;
    file->count++;
    total++;
    put_first(page);
    return page;
}

/* The first `count` of the run from `index` on are read, or are not wanted. */
static void end_reading(struct page_cache_file *file, uint64_t index, size_t count, bool wanted)
{
    for (size_t i = 0; i < count; i++) {
        struct page *page = page_cache_find(file, index + i);

        page->reading = false;
        if (!wanted)
            page_cache_drop(page);
    }
    page_cache_wake();
}

/* How many pages from `index` on are missing, at most `most`. */
static size_t missing(struct page_cache_file *file, uint64_t index, size_t most)
{
    uint64_t next = index;

    return page_cache_next(file, &next, index + most) != NULL ? (size_t)(next - index) : most;
}

static long read_lower(struct page_cache_file *file, unsigned char *run, size_t size, uint64_t offset)
{
    size_t done = 0, wanted = page_cache_wanted(file, size, offset);

    while (done < wanted) {
        long got = file->lower->read(file->vnode, run + done, wanted - done, offset + done);

        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    memset(run + done, 0, size - done);
    return 0;
}

/*
 * Makes a run of pages from `index` on and reads them if `reads`. 0; 1: others came meanwhile, look again; or
 * an error.
 */
static int make_run(struct page_cache_file *file, uint64_t index, size_t count, bool reads)
{
    size_t added = 0;
    unsigned char *run;
    long error = 0;

    make_room(count);
    run = allocate(&count);
    if (run == NULL)
        return -ENOMEM;
    while (added < count && add(file, index + added, run + added * PAGE_SIZE) != NULL)
        added++;
    if (added < count)
        pages_free(run + added * PAGE_SIZE, count - added);
    if (added == 0)
        return page_cache_find(file, index) != NULL ? 1 : -ENOMEM;
    if (reads)
        error = read_lower(file, run, added * PAGE_SIZE, index * PAGE_SIZE);
    else
        memset(run, 0, added * PAGE_SIZE);
    end_reading(file, index, added, error == 0);
    return (int)error;
}

static void touch(struct page *page)
{
    if (page == newest)
        return;
    take_out(page);
    put_first(page);
}

/* The page if it is there, and not being read; NULL: it is not there. May wait. */
static struct page *present(struct page_cache_file *file, uint64_t index)
{
    struct page *page;

    while ((page = page_cache_find(file, index)) != NULL && page->reading)
        page_cache_wait();
    if (page != NULL)
        touch(page);
    return page;
}

int page_cache_fetch(struct page_cache_file *file, uint64_t index, uint64_t ahead, struct page **page)
{
    size_t most = ahead < RUN_MAX ? (size_t)ahead + 1 : RUN_MAX;

    if (most > page_cache_limit() / 4)
        most = page_cache_limit() / 4;
    while ((*page = present(file, index)) == NULL) {
        int error = make_run(file, index, missing(file, index, most), true);

        if (error == -EIO && most > 1)
            most = 1; /* perhaps it was not this page */
        else if (error < 0)
            return error;
    }
    return 0;
}

int page_cache_blank(struct page_cache_file *file, uint64_t index, struct page **page)
{
    while ((*page = present(file, index)) == NULL) {
        int error = make_run(file, index, 1, false);

        if (error < 0)
            return error;
    }
    return 0;
}
