#include "buffer.h"

#include <heap.h>
#include <string.h>

#define FIRST_SIZE 4096

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What is in it moves to the beginning of new memory. */
static int move(struct pipe_buffer *buffer, size_t size)
{
    char *bytes = heap_alloc(size);
    size_t count = buffer->count;

    if (bytes == NULL)
        return 0;
    pipe_buffer_take(buffer, bytes, count);
    heap_free(buffer->bytes);
    buffer->bytes = bytes;
    buffer->size = size;
    buffer->first = 0;
    buffer->count = count;
    return 1;
}

size_t pipe_buffer_take(struct pipe_buffer *buffer, void *to, size_t size)
{
    size_t part;

    size = smaller(size, buffer->count);
    if (size == 0)
        return 0;
    part = smaller(size, buffer->size - buffer->first);
    memcpy(to, buffer->bytes + buffer->first, part);
    if (part < size)
        memcpy((char *)to + part, buffer->bytes, size - part);
    buffer->count -= size;
    /* An empty ring begins anew: what is short stays in the memory that the cache holds. */
    buffer->first = buffer->count != 0 ? (buffer->first + size) & (buffer->size - 1) : 0;
    return size;
}

int pipe_buffer_reserve(struct pipe_buffer *buffer, size_t size)
{
    size_t wanted = buffer->size != 0 ? buffer->size : smaller(FIRST_SIZE, buffer->capacity);

    if (size > pipe_buffer_room(buffer))
        return 0;
    while (wanted - buffer->count < size)
        wanted *= 2;
    return wanted == buffer->size || move(buffer, wanted);
}

size_t pipe_buffer_put(struct pipe_buffer *buffer, const void *from, size_t size)
{
    size_t end, part;

    size = smaller(size, pipe_buffer_room(buffer));
    if (size > buffer->size - buffer->count && !pipe_buffer_reserve(buffer, size))
        size = buffer->size - buffer->count;
    if (size == 0)
        return 0;
    end = (buffer->first + buffer->count) & (buffer->size - 1);
    part = smaller(size, buffer->size - end);
    memcpy(buffer->bytes + end, from, part);
    if (part < size)
        memcpy(buffer->bytes, (const char *)from + part, size - part);
    buffer->count += size;
    return size;
}

int pipe_buffer_resize(struct pipe_buffer *buffer, size_t capacity)
{
    if (capacity < buffer->size && !move(buffer, capacity))
        return 0;
    buffer->capacity = capacity;
    return 1;
}
