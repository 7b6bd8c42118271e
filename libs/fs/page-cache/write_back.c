/*
 * What was written goes to the file system.
 *
 * One thread at a time does this for a file. A run of pages is copied, if it does not lie in one piece;
 * whoever writes to one of them meanwhile makes it stay dirty.
 */
#include "store.h"

#include <clock.h>
#include <errno.h>
#include <log.h>
#include <page_cache.h>
#include <string.h>

#define RUN_MAX 64 /* pages that are written at once */

/* The first dirty pages of [first, end), in order; returns how many. */
static size_t find_dirty(struct page_cache_file *file, uint64_t first, uint64_t end,
                         struct page *found[RUN_MAX])
{
    bool few = end - first < file->dirty; /* there are fewer places to look at than pages in the list */
    struct page *page = few ? page_cache_next(file, &first, end) : file->dirty_first;
    size_t count = 0;

    while (page != NULL && count < RUN_MAX) {
        if (page->dirty && page->index >= first && page->index < end) {
            found[count++] = page;
            first = page->index;
        }
        if (few)
            first++;
        page = few ? page_cache_next(file, &first, end) : page->dirty_next;
    }
    return count;
}

/* How many of them lie behind each other in the file. */
static size_t row_of(struct page *const found[], size_t count)
{
    size_t n = 1;

    while (n < count && found[n]->index == found[0]->index + n)
        n++;
    return n;
}

static bool in_one_piece(struct page *const run[], size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (run[i]->data != run[0]->data + i * PAGE_SIZE)
            return false;
    return true;
}

static int write_all(struct page_cache_file *file, const unsigned char *data, size_t size, uint64_t offset)
{
    for (size_t done = 0; done < size;) {
        long put = file->lower->write != NULL
                       ? file->lower->write(file->vnode, data + done, size - done, offset + done)
                       : -EROFS;

        if (put <= 0)
            return put < 0 ? (int)put : -EIO;
        done += (size_t)put;
    }
    return 0;
}

static void begin_writing(struct page *const run[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        run[i]->writing = true;
        run[i]->again = false;
    }
}

/* The first `done` are written. */
static void end_writing(struct page *const run[], size_t count, size_t done)
{
    for (size_t i = 0; i < count; i++) {
        run[i]->writing = false;
        if (!run[i]->again && i < done)
            page_cache_set_clean(run[i]);
    }
    page_cache_wake();
}

/* Writes a run; where there is no memory to copy it, its first page. *count becomes how many it were. */
static int write_run(struct page_cache_file *file, struct page *run[], size_t *count)
{
    unsigned char *copy = NULL, *data;
    uint64_t offset = run[0]->index * PAGE_SIZE;
    size_t n = *count, size = n * PAGE_SIZE;
    int error = 0;

    if (!in_one_piece(run, n)) {
        copy = pages_alloc(n);
        if (copy == NULL)
            n = 1;
        for (size_t i = 0; copy != NULL && i < n; i++)
            memcpy(copy + i * PAGE_SIZE, run[i]->data, PAGE_SIZE);
    }
    data = copy != NULL ? copy : run[0]->data;
    size = n * PAGE_SIZE;
    if (offset + size > page_cache_size(file))
        size = offset < page_cache_size(file) ? (size_t)(page_cache_size(file) - offset) : 0;
    begin_writing(run, n);
    if (size != 0)
        error = write_all(file, data, size, offset);
    end_writing(run, n, error == 0 ? n : 0);
    if (copy != NULL)
        pages_free(copy, n);
    *count = n;
    return error;
}

/* After a run could not be written: those pages of it that can be. */
static int write_singly(struct page_cache_file *file, struct page *run[], size_t count)
{
    int result = 0;

    for (size_t i = 0; i < count; i++) {
        size_t one = 1;
        int error = write_run(file, run + i, &one);

        result = result != 0 ? result : error;
    }
    return result;
}

/* Writes what the file system writes all at once; returns how many of the first pages it were. */
static size_t rewrite(struct page_cache_file *file, struct page *const found[], size_t count)
{
    struct vnode_piece pieces[RUN_MAX];
    long done;

    if (file->lower->rewrite == NULL)
        return 0;
    for (size_t i = 0; i < count; i++)
        pieces[i] = (struct vnode_piece){found[i]->data, found[i]->index * PAGE_SIZE};
    begin_writing(found, count);
    done = file->lower->rewrite(file->vnode, pieces, count);
    end_writing(found, count, done > 0 ? (size_t)done : 0);
    return done > 0 ? (size_t)done
                    : 0; /* which ones it cannot write shows when they are written one by one */
}

void page_cache_note_error(struct page_cache_file *file, int error)
{
    file->errors++;
    file->error = error;
    file->told = false;
    log_write(LOG_ERROR, "page-cache: a file could not be written back, error %d", -error);
}

/* The file's time is that of the last write, not of writing back. */
static void set_time(struct page_cache_file *file)
{
    const struct vnode_attributes times = {.modification_time = file->written, .change_time = file->written};

    if (!file->touched || file->dirty != 0 || file->lower->set == NULL)
        return;
    file->touched = false;
    if (page_cache_is_shared(file->vnode))
        return; /* the server's clock is the one that counts */
    (void)file->lower->set(file->vnode, &times, VNODE_SET_MODIFICATION_TIME | VNODE_SET_CHANGE_TIME);
}

int page_cache_clean_range(struct page_cache_file *file, uint64_t first, uint64_t end)
{
    struct page *found[RUN_MAX];
    int result = 0;
    size_t count;

    page_cache_sort_dirty(file);
    for (uint64_t index = first; (count = find_dirty(file, index, end, found)) != 0;) {
        size_t done = rewrite(file, found, count);
        int error = 0;

        if (done == 0) {
            done = row_of(found, count);
            index = found[0]->index;
            error = write_run(file, found, &done);
            index += done;
            if (error == -EIO && done > 1)
                error = write_singly(file, found, done);
        } else {
            index = found[done - 1]->index + 1;
        }
        if (error != 0 && result == 0)
            result = error;
        if (error == -ENOSPC || error == -EROFS)
            break;
    }
    set_time(file);
    return result;
}

int page_cache_clean_file(struct page_cache_file *file, uint64_t first, uint64_t end)
{
    int error = page_cache_clean_range(file, first, end);

    if (error != 0)
        page_cache_note_error(file, error);
    return error;
}

int page_cache_write_back(struct vnode *vnode, uint64_t offset, uint64_t size)
{
    struct page_cache_file *file = vnode->pages;
    uint64_t end = size > UINT64_MAX - offset ? UINT64_MAX : offset + size;
    int error;

    page_cache_collect(file);
    wait_lock_take(&file->writing);
    error = file->dirty != 0 ? page_cache_clean_file(file, offset / PAGE_SIZE, page_cache_pages_of(end)) : 0;
    wait_lock_give(&file->writing);
    return error;
}

/* A file that nobody else writes back; that of the earliest write. NULL: none is dirty. */
static struct page_cache_file *dirtiest(void)
{
    struct page_cache_file *found = NULL;

    for (struct page_cache_file *file = page_cache_files; file != NULL; file = file->next)
        if (file->dirty != 0 && !file->writing.held &&
            (found == NULL || file->dirty_since < found->dirty_since))
            found = file;
    return found;
}

/* Writes all of a file back that somebody else may give up meanwhile. */
int page_cache_clean_all(struct page_cache_file *file)
{
    struct vnode *vnode = vnode_get(file->vnode);
    int error = page_cache_write_back(vnode, 0, UINT64_MAX);

    if (error != 0)
        file->dirty_since = clock_monotonic(); /* others first, the next time */
    page_cache_put(vnode);
    return error;
}

int page_cache_clean_oldest(void)
{
    struct page_cache_file *file = dirtiest();

    return file != NULL ? page_cache_clean_all(file) : -EAGAIN;
}

int page_cache_relieve(struct page_cache_file *file)
{
    if (page_cache_dirty() > page_cache_limit() / 2) {
        int error =
            file->dirty >= page_cache_dirty() / 2 ? page_cache_clean_all(file) : page_cache_clean_oldest();

        return error != -EAGAIN ? error : 0; /* somebody else is at it */
    }
    if (file->dirty != 0 && clock_monotonic() - file->dirty_since >= PAGE_CACHE_AGE)
        (void)page_cache_clean_all(file);
    return 0;
}

struct page_cache_file *page_cache_following(struct page_cache_file *file)
{
    struct page_cache_file *next = file != NULL ? file->next : page_cache_files;

    if (next != NULL)
        vnode_get(next->vnode);
    if (file != NULL)
        page_cache_put(file->vnode);
    return next;
}

int page_cache_sync_mount(const struct vfs_mount *mount)
{
    struct page_cache_file *file = NULL;
    int result = 0;

    while ((file = page_cache_following(file)) != NULL) {
        int error = 0;

        if (mount == NULL || file->vnode->mount == mount)
            error = page_cache_write_back(file->vnode, 0, UINT64_MAX);
        result = result != 0 ? result : error;
    }
    return result;
}
