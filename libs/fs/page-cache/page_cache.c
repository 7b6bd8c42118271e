/*
 * The cache in front of a vnode: operations of its own that take the place of the file system's.
 */
#include "store.h"

#include <errno.h>
#include <heap.h>
#include <page_cache.h>
#include <string.h>

/* The cache's operations before those of one file system. */
struct front {
    struct vnode_ops ops;
    const struct vnode_ops *lower;
    struct front *next;
};

static struct front *fronts;

static void get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    struct page_cache_file *file = vnode->pages;

    file->lower->get(vnode, attributes);
    if (file->dirty != 0 && file->size > attributes->size)
        attributes->size = file->size;
    if (file->touched)
        attributes->modification_time = attributes->change_time = file->written;
}

/* What lies behind the new end goes, and what is mapped of it becomes zeroes. */
static void cut(struct page_cache_file *file, uint64_t size)
{
    uint64_t index = size / PAGE_SIZE;
    struct page *page;

    while ((page = page_cache_next(file, &index, UINT64_MAX)) != NULL) {
        size_t kept = index == size / PAGE_SIZE ? size % PAGE_SIZE : 0;

        if (page->reading) {
            page_cache_wait();
            continue;
        }
        memset(page->data + kept, 0, PAGE_SIZE - kept);
        if (kept == 0) {
            page_cache_set_clean(page);
            if (page->pins == 0 && !page->writing)
                page_cache_drop(page);
        }
        index++;
    }
    if (file->size > size)
        file->size = size;
}

static int set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    struct page_cache_file *file = vnode->pages;
    int error;

    wait_lock_take(&file->writing);
    if ((which & VNODE_SET_MODIFICATION_TIME) && file->dirty != 0)
        error = page_cache_clean_file(file, 0, UINT64_MAX);
    else
        error = 0;
    if (error == 0)
        error = file->lower->set(vnode, attributes, which);
    if (error == 0 && (which & VNODE_SET_SIZE))
        cut(file, attributes->size);
    wait_lock_give(&file->writing);
    return error;
}

/* Everything is written before, and read again where it may have become something else. */
static int allocate(struct vnode *vnode, unsigned mode, uint64_t offset, uint64_t size)
{
    struct page_cache_file *file = vnode->pages;
    int error;

    wait_lock_take(&file->writing);
    error = page_cache_clean_file(file, 0, UINT64_MAX);
    if (error == 0)
        error = file->lower->allocate(vnode, mode, offset, size);
    wait_lock_give(&file->writing);
    if (error == 0 && (mode & ~VNODE_ALLOCATE_KEEP_SIZE))
        error = page_cache_renew(vnode, offset);
    return error;
}

static int sync(struct vnode *vnode, bool data_only)
{
    int error = page_cache_write_back(vnode, 0, UINT64_MAX);
    int failed = vnode->pages->lower->sync != NULL ? vnode->pages->lower->sync(vnode, data_only) : 0;

    return error != 0 ? error : failed;
}

static const struct vnode_ops *front_of(const struct vnode_ops *lower)
{
    struct front *front = fronts;

    while (front != NULL && front->lower != lower)
        front = front->next;
    if (front != NULL)
        return &front->ops;
    front = heap_alloc(sizeof(*front));
    if (front == NULL)
        return NULL;
    *front = (struct front){.ops = *lower, .lower = lower, .next = fronts};
    front->ops.read = page_cache_read;
    front->ops.view = NULL;
    front->ops.adopt = NULL;
    front->ops.get = get;
    front->ops.sync = sync;
    if (lower->write != NULL)
        front->ops.write = page_cache_write;
    if (lower->set != NULL)
        front->ops.set = set;
    if (lower->allocate != NULL)
        front->ops.allocate = allocate;
    fronts = front;
    return &front->ops;
}

int page_cache_attach(struct vnode *vnode)
{
    const struct vnode_ops *ops;
    struct page_cache_file *file;

    if (!(vnode->flags & VNODE_CACHED))
        return 0;
    if (vnode->pages != NULL) {
        page_cache_opened(vnode->pages);
        return 0;
    }
    ops = front_of(vnode->ops);
    file = ops != NULL ? heap_alloc(sizeof(*file)) : NULL;
    if (file == NULL)
        return -ENOMEM;
    *file = (struct page_cache_file){
        .next = page_cache_files,
        .place = &page_cache_files,
        .vnode = vnode,
        .lower = vnode->ops,
    };
    if (file->next != NULL)
        file->next->place = &file->next;
    page_cache_files = file;
    vnode->pages = file;
    vnode->ops = ops;
    vnode_get(vnode);
    page_cache_opened(file);
    return 0;
}

void page_cache_detach(struct page_cache_file *file)
{
    struct vnode *vnode = file->vnode;
    uint64_t index = 0;
    struct page *page;

    while ((page = page_cache_next(file, &index, UINT64_MAX)) != NULL)
        page_cache_drop(page);
    page_cache_give_room_back(file);
    *file->place = file->next;
    if (file->next != NULL)
        file->next->place = file->place;
    vnode->ops = file->lower;
    vnode->pages = NULL;
    heap_free(file);
    vnode_put(vnode);
}

void page_cache_release(struct vnode *vnode)
{
    struct vnode_attributes attributes;

#ifdef CONFIG_LIB_SHARE_CACHE
    if (page_cache_is_shared(vnode))
        attributes.links = page_cache_closing(vnode->pages);
    else
#endif
        if (vnode->references == 2)
        vnode->ops->get(vnode, &attributes); /* somebody may come meanwhile */
    else
        attributes.links = 1;
    if (--vnode->references == 1 && vnode->pages != NULL &&
        (attributes.links == 0 || vnode->pages->count == 0))
        page_cache_detach(vnode->pages);
}

void page_cache_forget_mount(const struct vfs_mount *mount)
{
    struct page_cache_file *file = page_cache_files;

    while (file != NULL) {
        if (file->vnode->mount == mount && file->vnode->references == 1) {
            page_cache_detach(file);
            file = page_cache_files; /* somebody else may have come meanwhile */
        } else {
            file = file->next;
        }
    }
}

unsigned page_cache_error_now(const struct vnode *vnode)
{
    return vnode->pages->errors - (vnode->pages->errors != 0 && !vnode->pages->told);
}

int page_cache_error(const struct vnode *vnode, unsigned *seen)
{
    if (*seen == vnode->pages->errors)
        return 0;
    *seen = vnode->pages->errors;
    vnode->pages->told = true;
    return vnode->pages->error;
}
