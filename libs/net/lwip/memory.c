/*
 * lwIP's memory: the kernel's heap. Objects of fixed size have a limit each, and a few that are given back
 * are kept for the next who asks.
 */
#include <heap.h>
#include <lwip/mem.h>
#include <lwip/memp.h>
#include <string.h>

/* memp_std.h, which is read once for each table, wants to see the types. */
#include <lwip/altcp.h>
#include <lwip/igmp.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/mld6.h>
#include <lwip/pbuf.h>
#include <lwip/priv/nd6_priv.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/raw.h>
#include <lwip/udp.h>
#include <netif/etharp.h>

#include "account.h"

#define KEPT 64 /* objects of a kind */

struct kept {
    struct kept *next;
};

static const u16_t sizes[] = {
#define LWIP_MEMPOOL(name, count, size, text) size,
#include <lwip/priv/memp_std.h>
};

static const u32_t limits[] = {
#define LWIP_MEMPOOL(name, count, size, text) count,
#include <lwip/priv/memp_std.h>
};

static struct kind {
    struct kept *kept;
    u32_t kept_count;
    u32_t used;
} kinds[MEMP_MAX];

void memp_init(void) {}

void *memp_malloc(memp_t type)
{
    struct kind *kind = &kinds[type];
    void *object = kind->kept;

    if (kind->used == limits[type])
        return NULL;
    if (object != NULL) {
        kind->kept = kind->kept->next;
        kind->kept_count--;
    } else {
        object = heap_alloc(sizes[type]);
        if (object == NULL)
            return NULL;
    }
    kind->used++;
    return object;
}

void memp_free(memp_t type, void *object)
{
    struct kind *kind = &kinds[type];

    if (object == NULL)
        return;
    kind->used--;
    if (kind->kept_count == KEPT) {
        heap_free(object);
        return;
    }
    ((struct kept *)object)->next = kind->kept;
    kind->kept = object;
    kind->kept_count++;
}

#ifdef CONFIG_LWIP_ACCOUNT
uint32_t lwip_account_used(unsigned kind)
{
    return kinds[kind].used;
}
#endif

/*
 * Blocks of any size are packets, small or as long as a frame: both kinds are kept, too, in the order of last
 * use. A block knows its kind.
 */
static const u16_t block_sizes[] = {240, 1664};

#define BLOCK_KINDS LWIP_ARRAYSIZE(block_sizes)

struct block {
    struct kept kept; /* while it is */
    u32_t kind;       /* BLOCK_KINDS: of another size */
};

_Static_assert(sizeof(struct block) == HEAP_ALIGNMENT, "what follows is aligned");

static struct {
    struct kept *kept;
    u32_t count;
} blocks[BLOCK_KINDS];

void mem_init(void) {}

void *mem_malloc(mem_size_t size)
{
    u32_t kind = 0;
    struct block *block;

    while (kind < BLOCK_KINDS && size > block_sizes[kind])
        kind++;
    if (kind < BLOCK_KINDS) {
        size = block_sizes[kind];
        if (blocks[kind].kept != NULL) {
            block = (struct block *)blocks[kind].kept;
            blocks[kind].kept = block->kept.next;
            blocks[kind].count--;
            LWIP_ACCOUNT(blocks, 1);
            return block + 1;
        }
    }
    block = heap_alloc(sizeof(*block) + size);
    if (block == NULL)
        return NULL;
    block->kind = kind;
    LWIP_ACCOUNT(blocks, 1);
    return block + 1;
}

/* What would become free is not worth a copy. */
void *mem_trim(void *memory, mem_size_t size)
{
    (void)size;
    return memory;
}

void mem_free(void *memory)
{
    struct block *block = (struct block *)memory - 1;
    u32_t kind = block->kind;

    LWIP_ACCOUNT(blocks, -1);
    if (kind == BLOCK_KINDS || blocks[kind].count == KEPT) {
        heap_free(block);
        return;
    }
    block->kept.next = blocks[kind].kept;
    blocks[kind].kept = &block->kept;
    blocks[kind].count++;
}
