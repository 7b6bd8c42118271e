#include <config.h>
#include <errno.h>
#include <file_pages.h>
#include <heap.h>
#include <page_index.h>
#include <pages.h>
#include <region_pages.h>
#include <string.h>
#ifdef CONFIG_LIB_PAGE_CACHE
#include <page_cache.h>
#endif

/* Where the page cache has the file's pages, they are these: then the index here says which are held. */
#ifdef CONFIG_LIB_PAGE_CACHE
static struct vnode *cached(const struct file_content *content)
{
    struct vnode *vnode = (struct vnode *)content;

    return vnode->pages != NULL ? vnode : NULL;
}
#endif

static bool is_cached(const struct file_content *content)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    return cached(content) != NULL;
#else
    (void)content;
    return false;
#endif
}

#define WRITTEN ((uintptr_t)1) /* beside the address of a page: it must go back into the file */

struct file_pages {
    struct file_pages *next;
    struct file_content *content;
    size_t references;
    struct page_index pages;
};

static struct file_pages *first; /* every file that is mapped */

struct file_pages *file_pages_find(const struct file_content *content)
{
    struct file_pages *file = first;

    while (file != NULL && file->content != content)
        file = file->next;
    return file;
}

struct file_pages *file_pages_of(struct file_content *content)
{
    struct file_pages *file = file_pages_find(content);

    if (file != NULL) {
        file_content_release(content); /* it is held once already */
        return file_pages_get(file);
    }
    file = heap_alloc(sizeof *file);
    if (file != NULL) {
        *file = (struct file_pages){.next = first, .content = content, .references = 1};
        first = file;
    }
    return file;
}

struct file_pages *file_pages_get(struct file_pages *file)
{
    file->references++;
    return file;
}

static void give_back(struct file_pages *file, uint64_t index, void *page)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    if (cached(file->content) != NULL) {
        page_cache_unpin(cached(file->content), index);
        return;
    }
#else
    (void)file, (void)index;
#endif
    region_pages_take_back(page);
}

void file_pages_put(struct file_pages *file)
{
    struct file_pages **link = &first;
    uint64_t index = 0;

    if (--file->references != 0)
        return;
    file_pages_leave(file, 0, UINT64_MAX);
    for (uintptr_t *at; (at = page_index_next(&file->pages, &index, UINT64_MAX)) != NULL;) {
        give_back(file, index, (void *)(*at & ~WRITTEN));
        *at = 0;
    }
    page_index_clear(&file->pages);
    while (*link != file)
        link = &(*link)->next;
    *link = file->next;
    file_content_release(file->content);
    heap_free(file);
}

uint64_t file_pages_size(const struct file_pages *file)
{
    return file_content_size(file->content);
}

static int read_page(struct file_pages *file, uint64_t index, void *page)
{
    long got;

    if (index >= (file_pages_size(file) + PAGE_SIZE - 1) / PAGE_SIZE)
        return -EFAULT;
    got = file_content_read_at(file->content, page, PAGE_SIZE, index * PAGE_SIZE);
    if (got < 0)
        return -EIO;
    memset((char *)page + got, 0, PAGE_SIZE - (size_t)got);
    return 0;
}

int file_pages_share(struct file_pages *file, uint64_t index, void **page)
{
    uintptr_t *at;
    void *new;
    int error;

    if (index >= (file_pages_size(file) + PAGE_SIZE - 1) / PAGE_SIZE)
        return -EFAULT;
    at = page_index_make(&file->pages, index);
    if (at == NULL)
        return -ENOMEM;
#ifdef CONFIG_LIB_PAGE_CACHE
    if (*at == 0 && cached(file->content) != NULL) {
        error = page_cache_pin(cached(file->content), index, &new);
        if (error != 0)
            return error;
        if (*at != 0) /* somebody else came meanwhile */
            page_cache_unpin(cached(file->content), index);
        *at = (uintptr_t) new;
    }
#endif
    if (*at == 0) {
        new = region_pages_lend();
        if (new == NULL)
            return -ENOMEM;
        error = read_page(file, index, new);
        if (error != 0) {
            region_pages_take_back(new);
            return error;
        }
        *at = (uintptr_t) new;
    }
    *page = (void *)(*at & ~WRITTEN);
    return 0;
}

int file_pages_copy(struct file_pages *file, uint64_t index, void *page)
{
    uintptr_t *at = page_index_find(&file->pages, index);

    if (at == NULL)
        return read_page(file, index, page);
    memcpy(page, (void *)(*at & ~WRITTEN), PAGE_SIZE);
    return 0;
}

void file_pages_mark(struct file_pages *file, uint64_t index)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    if (cached(file->content) != NULL) {
        page_cache_mark(cached(file->content), index);
        return;
    }
#endif
    *page_index_find(&file->pages, index) |= WRITTEN;
}

/* All of it is written, or an error comes back. */
static int write_page(struct file_pages *file, const char *page, uint64_t offset, size_t size)
{
    for (size_t done = 0; done < size;) {
        long put = file_content_write_at(file->content, page + done, size - done, offset + done);

        if (put <= 0)
            return put < 0 ? (int)put : -EIO;
        done += (size_t)put;
    }
    return 0;
}

#ifdef CONFIG_LIB_PAGE_CACHE
/* msync(2) means the device. */
static int sync_cached(struct vnode *vnode, uint64_t index, uint64_t end)
{
    uint64_t offset = index * PAGE_SIZE;
    uint64_t size = end > UINT64_MAX / PAGE_SIZE ? UINT64_MAX : (end - index) * PAGE_SIZE;
    int error = page_cache_write_back(vnode, offset, size);

    return error == 0 && vnode->ops->sync != NULL ? vnode->ops->sync(vnode, true) : error;
}
#endif

int file_pages_sync(struct file_pages *file, uint64_t index, uint64_t end)
{
    int result = 0;

#ifdef CONFIG_LIB_PAGE_CACHE
    if (cached(file->content) != NULL)
        return sync_cached(cached(file->content), index, end);
#endif
    for (uintptr_t *at; (at = page_index_next(&file->pages, &index, end)) != NULL; index++) {
        uint64_t offset = index * PAGE_SIZE, size = file_pages_size(file);
        int error = 0;

        if (!(*at & WRITTEN))
            continue;
        if (offset < size)
            error = write_page(file, (const char *)(*at & ~WRITTEN), offset,
                               size - offset < PAGE_SIZE ? (size_t)(size - offset) : PAGE_SIZE);
        if (error == 0)
            *at &= ~WRITTEN;
        else if (result == 0)
            result = error;
    }
    return result;
}

void file_pages_leave(struct file_pages *file, uint64_t first, uint64_t end)
{
    if (!is_cached(file->content))
        (void)file_pages_sync(file, first, end);
}

/* Copies between memory and those pages of a file that there are: out of them if `to`, else into them. */
static void copy(const struct file_content *content, void *to, const void *from, size_t size, uint64_t offset)
{
    struct file_pages *file = file_pages_find(content);
    uint64_t index = offset / PAGE_SIZE, end = (offset + size + PAGE_SIZE - 1) / PAGE_SIZE;

    if (file == NULL || is_cached(content))
        return;
    for (uintptr_t *at; (at = page_index_next(&file->pages, &index, end)) != NULL; index++) {
        char *page = (char *)(*at & ~WRITTEN);
        uint64_t start = index * PAGE_SIZE, low = start > offset ? start : offset;
        size_t n = (size_t)((start + PAGE_SIZE < offset + size ? start + PAGE_SIZE : offset + size) - low);

        if (to != NULL)
            memmove((char *)to + (low - offset), page + (low - start), n);
        else
            memmove(page + (low - start), (const char *)from + (low - offset), n);
    }
}

void file_pages_show(const struct file_content *content, void *buffer, size_t size, uint64_t offset)
{
    copy(content, buffer, NULL, size, offset);
}

void file_pages_change(const struct file_content *content, const void *data, size_t size, uint64_t offset)
{
    copy(content, NULL, data, size, offset);
}

void file_pages_cut(struct file_content *content)
{
    struct file_pages *file = file_pages_find(content);
    uint64_t size, index;

    if (file == NULL || is_cached(content))
        return;
    size = file_content_size(content);
    index = size / PAGE_SIZE;
    for (uintptr_t *at; (at = page_index_next(&file->pages, &index, UINT64_MAX)) != NULL; index++) {
        size_t kept = index == size / PAGE_SIZE ? size % PAGE_SIZE : 0;

        memset((char *)(*at & ~WRITTEN) + kept, 0, PAGE_SIZE - kept);
    }
}
