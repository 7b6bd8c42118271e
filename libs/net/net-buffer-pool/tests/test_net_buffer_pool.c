#include "../../../memory/pages/tests/fake_pages.h"

#include <errno.h>
#include <net_buffer.h>

static unsigned returns;

static void returned(struct net_buffer_pool *pool)
{
    (void)pool;
    returns++;
}

int main(void)
{
    struct net_buffer_pool pool;
    struct net_buffer *taken[40], *chain = NULL;

    assert(net_buffer_pool_create(&pool, 2 * FAKE_PAGES + 1) == -ENOMEM);
    assert(net_buffer_pool_create(&pool, 39) == 0 && pool.available == 39);
    pool.returned = returned;
    for (int i = 0; i < 39; i++) {
        taken[i] = net_buffer_take(&pool);
        assert((uintptr_t)taken[i] % NET_BUFFER_SIZE == 0 && taken[i]->data == net_buffer_room(taken[i]));
        assert(!taken[i]->next && !taken[i]->next_packet && taken[i]->length == 0 && taken[i]->pool == &pool);
        for (int j = 0; j < i; j++)
            assert(taken[j] != taken[i]);
        memset(taken[i]->data, 0x5a, NET_BUFFER_ROOM);
        memset(taken[i]->owner, 0x5a, sizeof taken[i]->owner);
    }
    /* Who found none is told when enough have come back, once. */
    net_buffer_free(taken[0]);
    assert(net_buffer_take(&pool) == taken[0]);
    for (size_t i = 0; i < sizeof taken[0]->owner; i++)
        assert(taken[0]->owner[i] == 0);
    assert(!net_buffer_take(&pool) && !net_buffer_take(&pool));
    for (int i = 0; i < 15; i++)
        net_buffer_free(taken[i]);
    assert(returns == 0);
    net_buffer_free(taken[15]);
    assert(returns == 1);
    net_buffer_free(taken[16]);
    assert(returns == 1);
    /* A chain goes back as a whole. */
    for (int i = 17; i < 39; i++) {
        taken[i]->next = chain;
        chain = taken[i];
    }
    net_buffer_free(chain);
    net_buffer_free(NULL);
    assert(pool.available == 39 && returns == 1);

    /* In a small pool all of them are enough. */
    fake_pages_reset();
    assert(net_buffer_pool_create(&pool, 2) == 0);
    taken[0] = net_buffer_take(&pool);
    taken[1] = net_buffer_take(&pool);
    assert(!net_buffer_take(&pool));
    net_buffer_free(taken[0]);
    net_buffer_free(taken[1]); /* nobody wants to know */
    assert(pool.available == 2);
    return 0;
}
