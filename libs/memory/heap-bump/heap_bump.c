/*
 * A heap for images that allocate at start-up and rarely after: a block is a header and what follows it.
 *
 * The last block can be freed and can change its size where it stands; a block freed earlier stays where it
 * is until the image ends. The heap grows by whole pages; where the new pages do not follow the old ones, the
 * rest of the old ones is left unused.
 */
#include <heap.h>
#include <pages.h>
#include <stdint.h>
#include <string.h>

#define FREED ((size_t)1) /* in a header; sizes are multiples of 8 */

/* Stands right before the payload, which is aligned to HEAP_ALIGNMENT: headers never are. */
struct header {
    size_t size; /* of the payload, with FREED when it has been freed */
};

static uintptr_t next; /* address of the next payload; its header's place lies before it */
static uintptr_t end;  /* of the pages in hand */

static struct header *header_of(void *block)
{
    return (struct header *)block - 1;
}

/* Bytes of payload for a request, such that the next payload is aligned again; 0 when that cannot be counted.
 */
static size_t rounded(size_t size)
{
    size_t total;

    if (__builtin_add_overflow(size, sizeof(struct header) + HEAP_ALIGNMENT - 1, &total))
        return 0;
    return (total & ~(HEAP_ALIGNMENT - 1)) - sizeof(struct header);
}

static uintptr_t more_pages(size_t bytes, size_t *got)
{
    size_t pages = bytes / PAGE_SIZE + (bytes % PAGE_SIZE != 0);

    *got = pages * PAGE_SIZE;
    return (uintptr_t)pages_alloc(pages);
}

/* Makes room for `size` bytes at `next`, which moves if need be. Returns whether there is room. */
static int make_room(size_t size)
{
    size_t got, left = end - next;
    uintptr_t start;

    if (size <= left && next != 0)
        return 1;
    /* Pages are handed out in order of address: most often the new ones follow, and only the rest is missing.
     */
    start = more_pages(next != 0 ? size - left : size + HEAP_ALIGNMENT, &got);
    if (start != 0 && next != 0 && start != end) {
        pages_free((void *)start, got / PAGE_SIZE);
        start = more_pages(size + HEAP_ALIGNMENT, &got);
    }
    if (start == 0)
        return 0;
    if (start != end)
        next = start + HEAP_ALIGNMENT;
    end = start + got;
    return 1;
}

void *heap_alloc(size_t size)
{
    void *block;

    size = rounded(size);
    if (size == 0 || !make_room(size))
        return NULL;
    block = (void *)next;
    header_of(block)->size = size;
    next += size + sizeof(struct header);
    return block;
}

static int is_last(void *block)
{
    return (uintptr_t)block + header_of(block)->size + sizeof(struct header) == next;
}

void heap_free(void *block)
{
    if (block == NULL)
        return;
    if (header_of(block)->size & FREED)
        __builtin_trap();
    if (is_last(block))
        next = (uintptr_t)block;
    header_of(block)->size |= FREED;
}

void *heap_realloc(void *block, size_t size)
{
    size_t old, wanted = rounded(size);
    void *moved;

    if (block == NULL)
        return heap_alloc(size);
    old = header_of(block)->size;
    if (wanted == 0)
        return NULL;
    if (is_last(block)) {
        /* Taken back and allocated again: it grows where it stands unless the pages that it needs lie
         * elsewhere. */
        uintptr_t after = next;
        next = (uintptr_t)block;
        moved = heap_alloc(size);
        if (moved == NULL)
            next = after;
    } else if (wanted <= old) {
        return block;
    } else {
        moved = heap_alloc(size);
    }
    if (moved != NULL && moved != block) {
        memcpy(moved, block, old < wanted ? old : wanted);
        header_of(block)->size |= FREED;
    }
    return moved;
}
