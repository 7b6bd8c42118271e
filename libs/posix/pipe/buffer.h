/*
 * The bytes in a pipe: a ring whose memory begins small and doubles until it holds `capacity` bytes.
 */
#pragma once

#include <stddef.h>

struct pipe_buffer {
    char *bytes;     /* NULL: nothing has been written yet */
    size_t size;     /* of that memory: a power of two, at most `capacity` */
    size_t capacity; /* a power of two */
    size_t first;    /* where the oldest byte stands */
    size_t count;    /* bytes in the ring */
};

static inline size_t pipe_buffer_room(const struct pipe_buffer *buffer)
{
    return buffer->capacity - buffer->count;
}

/* Takes at most `size` bytes out, or puts them in, and returns how many. Putting takes fewer than there is
 * room for when memory is short. */
size_t pipe_buffer_take(struct pipe_buffer *buffer, void *to, size_t size);
size_t pipe_buffer_put(struct pipe_buffer *buffer, const void *from, size_t size);

/* Makes room, if it can, so that so many bytes can be put in, at most the capacity; returns whether they can.
 */
int pipe_buffer_reserve(struct pipe_buffer *buffer, size_t size);

/* A new capacity, a power of two and at least what is in it. Returns whether there was memory for it. */
int pipe_buffer_resize(struct pipe_buffer *buffer, size_t capacity);
