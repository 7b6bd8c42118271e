/*
 * Reading and writing by way of pages.
 *
 * A page is pinned while bytes are copied: the memory on the other side may have to be fetched first.
 */
#include "store.h"

#include <clock.h>
#include <errno.h>
#include <page_cache.h>
#include <string.h>

#define AHEAD_MIN 4 /* pages */
#define AHEAD_MAX 64
#define ROOM_MIN 64 /* pages */
#define ROOM_MAX 1024
#define SIZE_LIMIT ((uint64_t)INT64_MAX) /* off_t */

uint64_t page_cache_size(struct page_cache_file *file)
{
    struct vnode_attributes attributes;

#ifdef CONFIG_LIB_SHARE_CACHE
    if (page_cache_is_shared(file->vnode))
        return page_cache_shared_size(file);
#endif
    file->lower->get(file->vnode, &attributes);
    return file->dirty != 0 && file->size > attributes.size ? file->size : attributes.size;
}

/* A reader in sequence gets more each time, anybody else what is asked for. */
static uint64_t ahead_of(struct page_cache_file *file, uint64_t index, uint64_t end)
{
    uint64_t wanted = end - index;

    if (index != file->next_read && index + 1 != file->next_read)
        file->ahead = 0;
    else if (file->ahead < AHEAD_MAX)
        file->ahead = file->ahead != 0 ? 2 * file->ahead : AHEAD_MIN;
    file->next_read = end;
    return wanted > file->ahead ? wanted : file->ahead;
}

long page_cache_read(struct vnode *vnode, void *buffer, size_t size, uint64_t offset)
{
    struct page_cache_file *file = vnode->pages;
    int error = page_cache_agree(file);
    uint64_t limit = page_cache_size(file), last, ahead;
    unsigned char *to = buffer;
    size_t done, n;

    if (error != 0)
        return error;
    if (offset >= limit || size == 0)
        return 0;
    if (size > limit - offset)
        size = (size_t)(limit - offset);
    last = page_cache_pages_of(limit);
    ahead = ahead_of(file, offset / PAGE_SIZE, page_cache_pages_of(offset + size));
    for (done = 0; done < size; done += n) {
        uint64_t at = offset + done, index = at / PAGE_SIZE;
        size_t within = at % PAGE_SIZE;
        uint64_t left = last - index - 1; /* pages behind this one */
        struct page *page;

#ifdef CONFIG_LIB_SHARE_CACHE
        if (page_cache_is_shared(vnode)) {
            long past = page_cache_read_past(file, to + done, size - done, at);

            if (past < 0)
                return done != 0 ? (long)done : past;
            n = (size_t)past;
            if (n != 0)
                continue;
        }
#endif
        error = page_cache_fetch(file, index, left < ahead ? left : ahead, &page);
        if (error != 0)
            return done != 0 ? (long)done : error;
        n = PAGE_SIZE - within < size - done ? PAGE_SIZE - within : size - done;
        page->pins++;
        memcpy(to + done, page->data + within, n);
        page_cache_let_go(page);
    }
    (void)page_cache_relieve(file);
    return (long)size;
}

/* The page that bytes go to; what the file does not have of it is zeroes. */
static int page_for(struct page_cache_file *file, uint64_t index, size_t within, size_t n, struct page **page)
{
    uint64_t limit = page_cache_size(file);
    bool whole = within == 0 && (n == PAGE_SIZE || index * PAGE_SIZE + n >= limit);

    if (whole || index * PAGE_SIZE >= limit)
        return page_cache_blank(file, index, page);
    return page_cache_fetch(file, index, 0, page);
}

static size_t promised; /* `room` of all files */

void page_cache_give_room_back(struct page_cache_file *file)
{
    promised -= file->room;
    file->room = 0;
}

/* How many more pages the file system surely has room for. */
static uint64_t room_of(struct page_cache_file *file)
{
    struct vnode_statfs values;
    uint64_t pages, taken;

    if (file->lower->statfs == NULL || file->lower->statfs(file->vnode, &values) != 0)
        return ROOM_MAX * 4;
    pages = values.available_blocks * values.block_size / PAGE_SIZE;
    /* Not before: whoever came while the file system was asked has his share. */
    taken = page_cache_dirty() + promised;
    return pages < taken + ROOM_MIN ? 0 : pages - taken;
}

/* The same, once nobody has been promised anything. */
static uint64_t room_without_promises(struct page_cache_file *file)
{
    for (struct page_cache_file *other = page_cache_files; other != NULL; other = other->next)
        page_cache_give_room_back(other);
    return room_of(file);
}

/*
 * Whether the file system surely has room for one more page that is written back later. Where not, the page
 * is written back at once, so that the writer hears of it; what waits goes before, for it needs room, too,
 * and a file that grows is to be there from its beginning on if the power goes.
 */
static bool has_room(struct page_cache_file *file)
{
    uint64_t pages;

    if (file->room != 0) {
        file->room--;
        promised--;
        return true;
    }
    pages = room_of(file);
    if (pages == 0)
        pages = room_without_promises(file);
    if (pages == 0) {
        (void)page_cache_sync_mount(file->vnode->mount);
        pages = room_of(file);
    }
    page_cache_give_room_back(file);
    file->room = pages / 4 < ROOM_MAX ? (size_t)(pages / 4) : ROOM_MAX;
    promised += file->room;
    return pages != 0;
}

/* A page that was just written to goes to the file system; if it cannot, the write has not been. */
static int write_through(struct page_cache_file *file, uint64_t index)
{
    struct page *page;
    int error;

    wait_lock_take(&file->writing);
    error = page_cache_clean_range(file, index, index + 1);
    page = page_cache_find(file, index);
    if (error != 0 && page != NULL) {
        page_cache_set_clean(page);
        if (page->pins == 0 && !page->writing)
            page_cache_drop(page);
    }
    wait_lock_give(&file->writing);
    return error;
}

static void note_written(struct page_cache_file *file, struct page *page, uint64_t end)
{
    if (file->dirty == 0) {
        file->dirty_since = clock_monotonic();
        file->size = 0;
    }
    page_cache_set_dirty(page);
    if (end > file->size)
        file->size = end;
    file->touched = true;
    file->written = (int64_t)clock_realtime();
}

long page_cache_write(struct vnode *vnode, const void *data, size_t size, uint64_t offset)
{
    struct page_cache_file *file = vnode->pages;
    const unsigned char *from = data;
    size_t done, n;
    int error = 0;

    if (offset > SIZE_LIMIT || size > SIZE_LIMIT - offset)
        return -EFBIG;
#ifdef CONFIG_LIB_SHARE_CACHE
    if (page_cache_is_shared(vnode) && page_cache_goes_through(vnode, size))
        return page_cache_write_through(file, data, size, offset);
#endif
    error = page_cache_agree(file);
    if (error != 0)
        return error;
    for (done = 0; done < size; done += n) {
        uint64_t at = offset + done, index = at / PAGE_SIZE;
        size_t within = at % PAGE_SIZE;
        struct page *page;
        bool later;

        n = PAGE_SIZE - within < size - done ? PAGE_SIZE - within : size - done;
        error = page_for(file, index, within, n, &page);
        if (error != 0)
            break;
        page->pins++;
        later = page->dirty || has_room(file);
        note_written(file, page, at + n);
        memcpy(page->data + within, from + done, n);
        page_cache_let_go(page);
        error = later ? page_cache_relieve(file) : write_through(file, index);
        if (error != 0)
            break;
    }
    return done != 0 ? (long)done : error;
}

/* The pages of a range agree with the file system's, and there are none of it but those that are mapped. */
static int settle(struct vnode *vnode, uint64_t offset, uint64_t size)
{
    int error = page_cache_write_back(vnode, offset, size);

    if (error == 0)
        page_cache_give_up(vnode, offset, size);
    return error;
}

long page_cache_read_directly(struct vnode *vnode, void *buffer, size_t size, uint64_t offset)
{
    int error = page_cache_write_back(vnode, offset, size);

    return error != 0 ? error : vnode->pages->lower->read(vnode, buffer, size, offset);
}

/* What somebody maps, or has read meanwhile, gets the new bytes, too. */
void page_cache_show(struct page_cache_file *file, const void *data, size_t size, uint64_t offset)
{
    uint64_t index = offset / PAGE_SIZE;
    struct page *page;

    for (; (page = page_cache_next(file, &index, page_cache_pages_of(offset + size))) != NULL; index++) {
        uint64_t start = index * PAGE_SIZE, low = start > offset ? start : offset;
        uint64_t end = start + PAGE_SIZE < offset + size ? start + PAGE_SIZE : offset + size;

        page->pins++;
        while (page->reading)
            page_cache_wait();
        memcpy(page->data + (low - start), (const unsigned char *)data + (low - offset), (size_t)(end - low));
        page_cache_let_go(page);
    }
}

long page_cache_write_directly(struct vnode *vnode, const void *data, size_t size, uint64_t offset)
{
    struct page_cache_file *file = vnode->pages;
    int error = settle(vnode, offset, size);
    long result;

    if (error != 0)
        return error;
    wait_lock_take(&file->writing);
    result = file->lower->write(vnode, data, size, offset);
    wait_lock_give(&file->writing);
    if (result > 0)
        page_cache_show(file, data, (size_t)result, offset);
    return result;
}
