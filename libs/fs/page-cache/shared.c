/*
 * Files that others change, too: what is kept of them goes when they have changed, and what is written goes
 * to them at once, or at the latest when they are closed.
 */
#include "store.h"

#include <clock.h>
#include <errno.h>
#include <page_cache.h>
#include <string.h>

/* Bytes that are read to where they are wanted, and not kept: a request costs less than copying them. The
 * same for writing, where what would be kept is not believed for long. */
#define PAST_LEAST ((size_t)32 * PAGE_SIZE)
#define PAST_LEAST_WRITTEN ((size_t)16 * PAGE_SIZE)

static const struct share_operations *operations_of(const struct page_cache_file *file)
{
    return (const struct share_operations *)file->lower;
}

static struct share_content *content_of(const struct page_cache_file *file)
{
    return operations_of(file)->content(file->vnode);
}

/* A page that somebody maps, and has not written to, gets what the file holds now. */
static int read_anew(struct page_cache_file *file, struct page *page)
{
    unsigned char *fresh = pages_alloc(1);
    long got;

    if (fresh == NULL)
        return -ENOMEM;
    page->pins++;
    got = file->lower->read(file->vnode, fresh, PAGE_SIZE, page->index * PAGE_SIZE);
    page_cache_collect(file);
    if (got >= 0 && !page->dirty) {
        memcpy(page->data, fresh, (size_t)got);
        memset(page->data + got, 0, PAGE_SIZE - (size_t)got);
    }
    page_cache_let_go(page);
    pages_free(fresh, 1);
    return got < 0 ? (int)got : 0;
}

/* What the image has written stays, and goes to the file in its time. */
static int renew_all(struct page_cache_file *file)
{
    uint64_t index = 0;
    struct page *page;
    int result = 0;

    file->vnode->flags &= (uint16_t)~VNODE_STALE;
    page_cache_collect(file);
    while ((page = page_cache_next(file, &index, UINT64_MAX)) != NULL) {
        if (page->reading) {
            page_cache_wait();
            continue;
        }
        if (!page->dirty && !page->writing) {
            int error = 0;

            if (page->pins == 0)
                page_cache_drop(page);
            else
                error = read_anew(file, page);
            result = result != 0 ? result : error;
        }
        index++;
    }
    if (result != 0)
        file->vnode->flags |= VNODE_STALE;
    return result;
}

int page_cache_agree(struct page_cache_file *file)
{
    struct vnode *vnode = file->vnode;

    if (!page_cache_is_shared(vnode))
        return 0;
    if (((vnode->flags & VNODE_ASK) || clock_monotonic() >= content_of(file)->until) &&
        operations_of(file)->ask(vnode) != 0) {
        /* Whoever reads hears what is wrong, and gets nothing old. */
        vnode->flags &= (uint16_t)~VNODE_ASK;
        vnode->flags |= VNODE_STALE;
    }
    return vnode->flags & VNODE_STALE ? renew_all(file) : 0;
}

uint64_t page_cache_shared_size(struct page_cache_file *file)
{
    uint64_t size = content_of(file)->size;

    return file->dirty != 0 && file->size > size ? file->size : size;
}

void page_cache_opened(struct page_cache_file *file)
{
    if (page_cache_is_shared(file->vnode))
        share_content_opened(file->vnode, content_of(file));
}

bool page_cache_closing(struct page_cache_file *file)
{
    struct vnode *vnode = file->vnode;

    if (file->dirty != 0 || file->mapped != 0)
        (void)page_cache_write_back(vnode, 0, UINT64_MAX);
    if (vnode->references == 2)
        operations_of(file)->closed(vnode);
    return !content_of(file)->unnamed;
}

long page_cache_read_past(struct page_cache_file *file, void *buffer, size_t size, uint64_t offset)
{
    uint64_t next = offset / PAGE_SIZE;

    if (size < PAST_LEAST)
        return 0;
    if (page_cache_next(file, &next, page_cache_pages_of(offset + size)) != NULL)
        size = next * PAGE_SIZE > offset ? (size_t)(next * PAGE_SIZE - offset) : 0;
    return size < PAST_LEAST ? 0 : file->lower->read(file->vnode, buffer, size, offset);
}

bool page_cache_goes_through(const struct vnode *vnode, size_t size)
{
    return !(vnode->flags & VNODE_WRITTEN_BACK) || size >= PAST_LEAST_WRITTEN;
}

long page_cache_write_through(struct page_cache_file *file, const void *data, size_t size, uint64_t offset)
{
    long result;

    wait_lock_take(&file->writing);
    result = file->lower->write(file->vnode, data, size, offset);
    wait_lock_give(&file->writing);
    if (result >= (long)PAST_LEAST_WRITTEN)
        page_cache_give_up(file->vnode, offset, (uint64_t)result);
    if (result > 0)
        page_cache_show(file, data, (size_t)result, offset);
    if (result != (long)size)
        file->vnode->flags |= VNODE_STALE; /* nobody knows what the rest is */
    return result;
}
