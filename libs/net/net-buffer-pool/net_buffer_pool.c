#include <errno.h>
#include <net_buffer.h>
#include <pages.h>

_Static_assert(sizeof(struct net_buffer) == 128, "two cache lines: the packet's bytes begin with a third");
_Static_assert(PAGE_SIZE % NET_BUFFER_SIZE == 0, "buffers are aligned to their size");

static void push(struct net_buffer_pool *pool, struct net_buffer *buffer)
{
    buffer->next = pool->free;
    pool->free = buffer;
    pool->available++;
}

int net_buffer_pool_create(struct net_buffer_pool *pool, unsigned count)
{
    size_t pages = (count * NET_BUFFER_SIZE + PAGE_SIZE - 1) / PAGE_SIZE;
    char *memory = pages_alloc(pages);

    if (!memory)
        return -ENOMEM;
    *pool = (struct net_buffer_pool){.count = count};
    for (unsigned i = count; i-- > 0;) {
        struct net_buffer *buffer = (struct net_buffer *)(memory + i * NET_BUFFER_SIZE);

        buffer->pool = pool;
        push(pool, buffer);
    }
    return 0;
}

struct net_buffer *net_buffer_take(struct net_buffer_pool *pool)
{
    struct net_buffer *buffer = pool->free;

    if (!buffer) {
        pool->starved = pool->count < NET_BUFFER_RETURNED ? pool->count : NET_BUFFER_RETURNED;
        return NULL;
    }
    pool->free = buffer->next;
    pool->available--;
    *buffer = (struct net_buffer){.pool = pool, .data = net_buffer_room(buffer)};
    return buffer;
}

void net_buffer_free(struct net_buffer *packet)
{
    struct net_buffer_pool *pool;

    if (!packet)
        return;
    pool = packet->pool;
    do {
        struct net_buffer *next = packet->next;

        push(pool, packet);
        packet = next;
    } while (packet);
    if (pool->starved && pool->available >= pool->starved) {
        pool->starved = 0;
        if (pool->returned)
            pool->returned(pool);
    }
}
