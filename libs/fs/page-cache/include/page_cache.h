/*
 * Pages of files in memory, in front of a file system that reads and writes its device.
 *
 * page_cache_attach() puts the cache before a file with VNODE_CACHED (others: nothing happens), when it is
 * opened: from then on its operations are the cache's, which calls the file system's own for what it does not
 * have. What was written and is not yet in the file system shows in reads, mappings, sizes and times all the
 * same. 0 or -ENOMEM. A file that nobody holds any more keeps its pages: its file system sees the last
 * reference go when they have gone, or at once if the file has no name.
 *
 * An error of writing back is never lost: the pages stay, and it is told once to everyone who had the file
 * open (`seen`, 0 at first: page_cache_error_now() at the time of opening), by page_cache_error().
 *
 * Callers hold the kernel's lock or there is only one thread; all but the functions for handlers may wait.
 * Results are 0 or a negated errno.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

struct vfs_mount;

int page_cache_attach(struct vnode *vnode);

/*
 * page_cache_put() gives back a reference, as vnode_put(), by whoever had opened the file or removed its last
 * name: the cache, which holds one itself, lets go of a file that nobody else holds and that has no pages, or
 * no name.
 */
void page_cache_release(struct vnode *vnode);

static inline void page_cache_put(struct vnode *vnode)
{
    if (vnode->pages != NULL)
        page_cache_release(vnode);
    else
        vnode_put(vnode);
}

/* What waits to be written of [offset, offset + size) reaches the file system. */
int page_cache_write_back(struct vnode *vnode, uint64_t offset, uint64_t size);

/* The same of all files of a file system (NULL: of all), and the end of all pages and of all files that
 * nobody holds. */
int page_cache_sync_mount(const struct vfs_mount *mount);
void page_cache_forget_mount(const struct vfs_mount *mount);

/*
 * For whoever opens a file: the number of errors so far, without the last if nobody has been told of it. And
 * whether there were some since `*seen`, which becomes that number: 0 or the last of them.
 */
unsigned page_cache_error_now(const struct vnode *vnode);
int page_cache_error(const struct vnode *vnode, unsigned *seen);

/* O_DIRECT: as the file system's own operations, with pages that agree before and after. */
long page_cache_read_directly(struct vnode *vnode, void *buffer, size_t size, uint64_t offset);
long page_cache_write_directly(struct vnode *vnode, const void *data, size_t size, uint64_t offset);

/* posix_fadvise(2): reads a range, and gives up what is clean and nobody maps. */
void page_cache_read_ahead(struct vnode *vnode, uint64_t offset, uint64_t size);
void page_cache_give_up(struct vnode *vnode, uint64_t offset, uint64_t size);

/*
 * For mappings: the page itself, which stays until page_cache_unpin() has been called as often. -EFAULT: it
 * lies beyond the end of the file. A page that was written to through a mapping is marked.
 */
int page_cache_pin(struct vnode *vnode, uint64_t index, void **page);
void page_cache_unpin(struct vnode *vnode, uint64_t index);
void page_cache_mark(struct vnode *vnode, uint64_t index);

/* Pages in memory, and those of them that wait to be written, of all files. */
size_t page_cache_pages(void);
size_t page_cache_dirty(void);
