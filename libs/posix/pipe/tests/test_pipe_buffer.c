// instead: ../buffer.c
/* The ring against a queue that is as simple as can be, with sizes at random and memory that runs out. */
#include "../../../memory/heap/tests/fake_memory.h"

#include "../buffer.h"

#include <stdbool.h>

#define MOST (1u << 17)

static unsigned char model[MOST]; /* what is in the pipe, oldest first */
static size_t model_count;

static unsigned pick(unsigned limit)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 11) % limit;
}

static void put(struct pipe_buffer *buffer, size_t size, bool memory)
{
    static unsigned char bytes[MOST];
    size_t room = pipe_buffer_room(buffer), done;

    assert(room == buffer->capacity - model_count);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)pick(256);
    done = pipe_buffer_put(buffer, bytes, size);
    assert(done <= size && done <= room);
    assert(!memory || done == (size < room ? size : room));
    memcpy(model + model_count, bytes, done);
    model_count += done;
}

static void take(struct pipe_buffer *buffer, size_t size)
{
    static unsigned char bytes[MOST];
    size_t done = pipe_buffer_take(buffer, bytes, size);

    assert(done == (size < model_count ? size : model_count));
    assert(memcmp(bytes, model, done) == 0);
    model_count -= done;
    memmove(model, model + done, model_count);
}

static void change(struct pipe_buffer *buffer)
{
    size_t capacity = (size_t)4096 << pick(6);

    if (capacity >= buffer->count)
        assert(pipe_buffer_resize(buffer, capacity) && buffer->capacity == capacity);
}

int main(void)
{
    struct pipe_buffer buffer = {.capacity = 65536};

    for (int i = 0; i < 30000; i++) {
        size_t size = pick(10) == 0 ? pick(MOST) : pick(3000);

        if (pick(2))
            put(&buffer, size, true);
        else
            take(&buffer, size);
        if (pick(500) == 0)
            change(&buffer);
        assert(buffer.count == model_count && buffer.size <= buffer.capacity);
    }
    take(&buffer, MOST);
    assert(pipe_buffer_resize(&buffer, 4096));
    heap_free(buffer.bytes);
    /* Without memory nothing is taken in; with memory for a part, a part. */
    buffer = (struct pipe_buffer){.capacity = 65536};
    fake_fail(0);
    assert(pipe_buffer_put(&buffer, "ab", 2) == 0 && !pipe_buffer_reserve(&buffer, 65537));
    assert(pipe_buffer_put(&buffer, "ab", 2) == 2);
    model_count = 2;
    memcpy(model, "ab", 2);
    fake_fail(0);
    put(&buffer, 10000, false);
    assert(model_count == 4096);
    fake_fail(0);
    assert(!pipe_buffer_reserve(&buffer, 1) && pipe_buffer_reserve(&buffer, 1));
    take(&buffer, 10000);
    heap_free(buffer.bytes);
    assert(fake_live == 0);
    return 0;
}
