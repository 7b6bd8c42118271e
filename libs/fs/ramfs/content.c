/*
 * The bytes of a file: pages in a tree like that of a processor's page tables, as high as the file needs.
 *
 * Appending never moves what is there, and a hole costs nothing. A part without a page reads as the adopted
 * memory, and behind its end as zeroes; a write to such a part copies that one page.
 */
#include "node.h"

#include <errno.h>
#include <pages.h>
#include <string.h>

#define FANOUT (PAGE_SIZE / sizeof(void *))
#define FANOUT_BITS 9
#define SIZE_LIMIT ((uint64_t)INT64_MAX) /* off_t */

_Static_assert(FANOUT == 1u << FANOUT_BITS, "a page of pointers");

/* Number of parts that a tree with so many levels can hold. */
static uint64_t reach(unsigned levels)
{
    return (uint64_t)1 << (levels * FANOUT_BITS);
}

static void *zero_page(void)
{
    void *page = pages_alloc(1);

    if (page != NULL)
        memset(page, 0, PAGE_SIZE);
    return page;
}

/* The page of part `index`, or NULL. */
static unsigned char *find(const struct content *content, uint64_t index)
{
    void *at = content->root;

    if (index >= reach(content->levels))
        return NULL;
    for (unsigned level = content->levels; level > 0 && at != NULL; level--)
        at = ((void **)at)[index >> ((level - 1) * FANOUT_BITS) & (FANOUT - 1)];
    return at;
}

/* The place of the pointer to part `index`, with the pages of pointers on the way to it; NULL when memory is
 * short. */
static void **place(struct content *content, uint64_t index)
{
    void **at = &content->root;

    while (index >= reach(content->levels)) {
        if (content->root != NULL) {
            void **above = zero_page();
            if (above == NULL)
                return NULL;
            above[0] = content->root;
            content->root = above;
        }
        content->levels++;
    }
    for (unsigned level = content->levels; level > 0; level--) {
        if (*at == NULL) {
            *at = zero_page();
            if (*at == NULL)
                return NULL;
        }
        at = &((void **)*at)[index >> ((level - 1) * FANOUT_BITS) & (FANOUT - 1)];
    }
    return at;
}

/* Copies what stands at `offset` without looking at pages: adopted memory, then zeroes. */
static void copy_adopted(const struct content *content, void *buffer, size_t size, uint64_t offset)
{
    uint64_t left = offset < content->adopted_size ? content->adopted_size - offset : 0;
    size_t from_adopted = left < size ? (size_t)left : size;

    if (from_adopted != 0)
        memcpy(buffer, content->adopted + offset, from_adopted);
    memset((unsigned char *)buffer + from_adopted, 0, size - from_adopted);
}

long ramfs_content_read(const struct content *content, void *buffer, size_t size, uint64_t offset)
{
    unsigned char *to = buffer;
    size_t done, n;

    if (offset >= content->size)
        return 0;
    if (size > content->size - offset)
        size = (size_t)(content->size - offset);
    for (done = 0; done < size; done += n) {
        uint64_t at = offset + done;
        size_t within = at % PAGE_SIZE;
        const unsigned char *page = find(content, at / PAGE_SIZE);

        n = PAGE_SIZE - within < size - done ? PAGE_SIZE - within : size - done;
        if (page != NULL)
            memcpy(to + done, page + within, n);
        else
            copy_adopted(content, to + done, n, at);
    }
    return (long)size;
}

long ramfs_content_view(const struct content *content, size_t size, uint64_t offset, const void **data,
                        bool *lasting)
{
    static const unsigned char zeroes[256];
    const unsigned char *page;
    uint64_t left = offset < content->size ? content->size - offset : 0;

    if (size > left)
        size = (size_t)left;
    if (size == 0)
        return 0;
    page = find(content, offset / PAGE_SIZE);
    if (content->root != NULL && size > PAGE_SIZE - offset % PAGE_SIZE)
        size = PAGE_SIZE - offset % PAGE_SIZE;
    *lasting = page == NULL;
    if (page != NULL) {
        *data = page + offset % PAGE_SIZE;
    } else if (offset < content->adopted_size) {
        *data = content->adopted + offset;
        if (size > content->adopted_size - offset)
            size = (size_t)(content->adopted_size - offset);
    } else {
        *data = zeroes;
        if (size > sizeof(zeroes))
            size = sizeof(zeroes);
    }
    return (long)size;
}

long ramfs_content_write(struct content *content, const void *data, size_t size, uint64_t offset)
{
    const unsigned char *from = data;
    size_t done, n;

    if (offset > SIZE_LIMIT || size > SIZE_LIMIT - offset)
        return -EFBIG;
    for (done = 0; done < size; done += n) {
        uint64_t at = offset + done;
        size_t within = at % PAGE_SIZE;
        void **page = place(content, at / PAGE_SIZE);

        n = PAGE_SIZE - within < size - done ? PAGE_SIZE - within : size - done;
        if (page == NULL)
            break;
        if (*page == NULL) {
            *page = pages_alloc(1);
            if (*page == NULL)
                break;
            content->pages++;
            if (n != PAGE_SIZE)
                copy_adopted(content, *page, PAGE_SIZE, at - within);
        }
        memcpy((unsigned char *)*page + within, from + done, n);
    }
    if (done != 0 && offset + done > content->size)
        content->size = offset + done;
    return done == 0 && size != 0 ? -ENOSPC : (long)done;
}

/* Frees the parts from `first` on below *at; returns whether nothing is left there, and then it is freed as
 * well. */
static bool prune(struct content *content, void **at, unsigned level, uint64_t first)
{
    void **pointers = *at;
    bool empty = true;

    if (pointers == NULL)
        return true;
    if (level == 0) {
        content->pages--;
    } else {
        uint64_t span = reach(level - 1);
        for (uint64_t i = 0; i < FANOUT; i++) {
            if (i >= first / span &&
                !prune(content, &pointers[i], level - 1, i == first / span ? first % span : 0))
                empty = false;
            else if (pointers[i] != NULL)
                empty = false;
        }
    }
    if (empty) {
        pages_free(pointers, 1);
        *at = NULL;
    }
    return empty;
}

void ramfs_content_resize(struct content *content, uint64_t size)
{
    uint64_t first = size / PAGE_SIZE + (size % PAGE_SIZE != 0); /* the first part that goes */
    unsigned char *page;

    if (size < content->size) {
        if (content->adopted_size > size)
            content->adopted_size = size;
        if (first < reach(content->levels))
            prune(content, &content->root, content->levels, first);
        if (content->root == NULL)
            content->levels = 0;
        page = find(content, size / PAGE_SIZE);
        if (page != NULL)
            memset(page + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
    }
    content->size = size;
}
