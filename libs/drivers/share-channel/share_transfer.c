#include <config.h>
#include <errno.h>
#include <pages.h>
#include <share_channel.h>
#include <string.h>
#ifdef CONFIG_LIB_PAGE_TABLES
#include <page_tables.h>
#endif

#define STAGE ((size_t)16 * PAGE_SIZE)

/* Whether the host reaches the bytes by their address. */
static bool reachable(const void *buffer)
{
#ifdef CONFIG_LIB_PAGE_TABLES
    return (uintptr_t)buffer < PAGE_TABLES_START;
#else
    (void)buffer;
    return true;
#endif
}

/* By memory that the host reaches, and no more than it holds. */
static long staged(struct vnode *file, share_once *once, bool write, void *buffer, size_t size,
                   uint64_t offset)
{
    size_t pages = ((size < STAGE ? size : STAGE) + PAGE_SIZE - 1) / PAGE_SIZE;
    char *stage = pages_alloc(pages);
    long done;

    if (!stage)
        stage = pages_alloc(pages = 1);
    if (!stage)
        return -ENOMEM;
    if (size > pages * PAGE_SIZE)
        size = pages * PAGE_SIZE;
    if (write)
        memcpy(stage, buffer, size);
    done = once(file, stage, (uint32_t)size, offset);
    if (!write && done > 0)
        memcpy(buffer, stage, (size_t)done);
    pages_free(stage, pages);
    return done;
}

long share_transfer(struct vnode *file, share_once *once, bool write, void *buffer, size_t size,
                    uint64_t offset, size_t most)
{
    size_t total = 0;

    while (total < size) {
        char *at = (char *)buffer + total;
        size_t part = size - total < most ? size - total : most;
        long done = reachable(at) ? once(file, at, (uint32_t)part, offset + total)
                                  : staged(file, once, write, at, part, offset + total);

        if (done < 0)
            return total ? (long)total : done;
        if (done == 0)
            break;
        total += (size_t)done;
    }
    return (long)total;
}
