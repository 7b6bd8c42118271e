/*
 * Pages that are mapped, wanted soon, or not wanted any more.
 */
#include "store.h"

#include <clock.h>
#include <config.h>
#include <errno.h>
#include <page_cache.h>
#include <string.h>
#ifdef CONFIG_LIB_REGION_PAGES
#include <region_pages.h>
#endif
#if defined(CONFIG_LIB_ADDRESS_SPACE) && defined(CONFIG_LIB_FILE_PAGES)
#include <address_space.h>
#include <file_pages.h>
#endif

/* Moves a page to memory that can be mapped several times. -EAGAIN: somebody uses it just now. */
static int lend(struct page *page)
{
#ifdef CONFIG_LIB_REGION_PAGES
    unsigned char *data;

    if (page->lent)
        return 0;
    if (page->writing || page->pins != 0)
        return -EAGAIN;
    data = region_pages_lend();
    if (data == NULL)
        return -ENOMEM;
    memcpy(data, page->data, PAGE_SIZE);
    pages_free(page->data, 1);
    page->data = data;
    page->lent = true;
#else
    (void)page;
#endif
    return 0;
}

int page_cache_pin(struct vnode *vnode, uint64_t index, void **data)
{
    struct page_cache_file *file = vnode->pages;
    struct page *page;
    int error = page_cache_agree(file);

    if (error != 0)
        return error == -ENOMEM ? -ENOMEM : -EIO;
    if (index >= page_cache_pages_of(page_cache_size(file)))
        return -EFAULT;
    for (;;) {
        error = page_cache_fetch(file, index, 0, &page);
        if (error != 0)
            return error == -ENOMEM ? -ENOMEM : -EIO;
        error = lend(page);
        if (error != -EAGAIN)
            break;
        page_cache_wait();
    }
    if (error != 0)
        return error;
    page->pins++;
    if (file->mapped++ == 0) {
        file->collected = clock_monotonic();
        page_cache_announce();
    }
    *data = page->data;
    return 0;
}

void page_cache_unpin(struct vnode *vnode, uint64_t index)
{
    vnode->pages->mapped--;
    page_cache_let_go(page_cache_find(vnode->pages, index));
}

void page_cache_mark(struct vnode *vnode, uint64_t index)
{
    struct page_cache_file *file = vnode->pages;
    struct page *page = page_cache_find(file, index);

    if (page == NULL || index >= page_cache_pages_of(page_cache_size(file)))
        return;
    if (file->dirty == 0) {
        file->dirty_since = clock_monotonic();
        file->size = 0;
    }
    page_cache_set_dirty(page);
    file->touched = true;
    file->written = (int64_t)clock_realtime();
}

void page_cache_collect(struct page_cache_file *file)
{
    if (file->mapped == 0)
        return;
    file->collected = clock_monotonic();
#if defined(CONFIG_LIB_ADDRESS_SPACE) && defined(CONFIG_LIB_FILE_PAGES)
    address_space_collect(file_pages_find((struct file_content *)file->vnode));
#endif
}

void page_cache_read_ahead(struct vnode *vnode, uint64_t offset, uint64_t size)
{
    struct page_cache_file *file = vnode->pages;
    uint64_t last = page_cache_pages_of(page_cache_size(file)), end = page_cache_pages_of(offset + size);
    struct page *page;

    if (page_cache_agree(file) != 0)
        return;
    if (end > last || end < offset / PAGE_SIZE)
        end = last;
    if (end > offset / PAGE_SIZE + page_cache_limit() / 4)
        end = offset / PAGE_SIZE + page_cache_limit() / 4;
    for (uint64_t index = offset / PAGE_SIZE; index < end; index++)
        if (page_cache_fetch(file, index, end - index - 1, &page) != 0)
            return;
}

void page_cache_give_up(struct vnode *vnode, uint64_t offset, uint64_t size)
{
    struct page_cache_file *file = vnode->pages;
    uint64_t index = offset / PAGE_SIZE;
    uint64_t end = size > UINT64_MAX - offset ? UINT64_MAX : page_cache_pages_of(offset + size);
    struct page *page;

    for (; (page = page_cache_next(file, &index, end)) != NULL; index++)
        if (!page->dirty && !page->reading && !page->writing && page->pins == 0)
            page_cache_drop(page);
}

int page_cache_renew(struct vnode *vnode, uint64_t offset)
{
    struct page_cache_file *file = vnode->pages;
    uint64_t index = offset / PAGE_SIZE;
    struct page *page;

    page_cache_give_up(vnode, offset, UINT64_MAX);
    for (; (page = page_cache_next(file, &index, UINT64_MAX)) != NULL; index++) {
        long got;

        if (page->reading || page->dirty)
            continue;
        page->pins++;
        got = file->lower->read(vnode, page->data, PAGE_SIZE, index * PAGE_SIZE);
        page_cache_let_go(page);
        if (got < 0)
            return (int)got;
        memset(page->data + got, 0, PAGE_SIZE - (size_t)got);
    }
    return 0;
}
