#include "parts.h"

#include <pages.h>
#include <string.h>

/* A page: this, and bytes from `begin` to `end`, which are counted from the page's start. It lies where the
 * header of a packet was. */
struct vsock_chunk {
    struct vsock_chunk *next;
    uint32_t begin, end;
};

#define DATA VSOCK_HEADER_SIZE

_Static_assert(sizeof(struct vsock_chunk) <= DATA, "a chunk's own data fit before the bytes");

static void drop_first(struct vsock_queue *queue)
{
    struct vsock_chunk *first = queue->first;

    queue->first = first->next;
    if (!queue->first)
        queue->last = NULL;
    queue->pages--;
    pages_free(first, 1);
}

void vsock_queue_clear(struct vsock_queue *queue)
{
    while (queue->first)
        drop_first(queue);
    queue->size = 0;
}

static void append(struct vsock_queue *queue, struct vsock_chunk *chunk, size_t size)
{
    chunk->next = NULL;
    chunk->begin = DATA;
    chunk->end = DATA + (uint32_t)size;
    if (queue->last)
        queue->last->next = chunk;
    else
        queue->first = chunk;
    queue->last = chunk;
    queue->size += size;
    queue->pages++;
}

void vsock_queue_append_page(struct vsock_queue *queue, void *page, size_t size)
{
    append(queue, page, size);
}

bool vsock_queue_append(struct vsock_queue *queue, const void *bytes, size_t size)
{
    struct vsock_chunk *last = queue->last;

    while (size > 0) {
        size_t part = last ? PAGE_SIZE - last->end : 0;

        if (part == 0) {
            last = pages_alloc(1);
            if (!last)
                return false;
            append(queue, last, 0);
            continue;
        }
        part = part < size ? part : size;
        memcpy((char *)last + last->end, bytes, part);
        last->end += (uint32_t)part;
        queue->size += part;
        bytes = (const char *)bytes + part;
        size -= part;
    }
    return true;
}

void vsock_queue_take(struct vsock_queue *queue, size_t size, bool keep, vsock_copy *copy, void *argument)
{
    struct vsock_chunk *chunk = queue->first;

    while (size > 0) {
        size_t part = chunk->end - chunk->begin;
        struct vsock_chunk *next = chunk->next;

        part = part < size ? part : size;
        if (copy)
            copy(argument, (char *)chunk + chunk->begin, part);
        size -= part;
        if (!keep) {
            chunk->begin += (uint32_t)part;
            queue->size -= part;
            if (chunk->begin == chunk->end)
                drop_first(queue);
        }
        chunk = next;
    }
}
