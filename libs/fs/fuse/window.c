/* Content by the window of mapped files: virtio 1.2, section 5.11.6.4. */
#include "fuse.h"

#ifdef CONFIG_LIB_FUSE_DAX
#include <clock.h>
#include <errno.h>
#include <log.h>
#include <string.h>

static struct fuse_node *node_of(struct fuse_dax_file *file)
{
    return (struct fuse_node *)((char *)file - offsetof(struct fuse_node, dax));
}

static int map(struct fuse_dax_file *file, uint64_t offset, uint64_t place, uint64_t size, bool writable)
{
    struct fuse_node *node = node_of(file);
    struct fuse_setupmapping_in in = {.offset = offset,
                                      .length = size,
                                      .flags = FUSE_MAP_READ | (writable ? FUSE_MAP_WRITE : 0),
                                      .place = place};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_SETUPMAPPING, fuse_number(node));

    if (!call)
        return -ENOMEM;
    in.handle = node->handle;
    fuse_put(call, &in, sizeof in);
    fuse_call(call);
    return fuse_end(call);
}

static int unmap(struct fuse_dax_file *file, uint64_t place, uint64_t size)
{
    struct fuse_node *node = node_of(file);
    const struct fuse_removemapping_in in = {.count = 1};
    const struct fuse_removemapping_one one = {place, size};
    struct fuse_call *call = fuse_begin(node->mount, FUSE_REMOVEMAPPING, fuse_number(node));

    if (!call)
        return -ENOMEM;
    fuse_put(call, &in, sizeof in);
    fuse_put(call, &one, sizeof one);
    fuse_call(call);
    return fuse_end(call);
}

void fuse_window_begin(struct fuse_mount *mount, const struct fuse_init_out *out)
{
    const struct share_channel *channel = mount->channel;

    if (!channel->window_size)
        return;
    mount->dax.map = map;
    mount->dax.unmap = unmap;
    if (fuse_dax_begin(&mount->dax, channel->window, channel->window_size,
                       out->flags & FUSE_MAP_ALIGNMENT ? out->map_alignment : 0) < 0)
        log_write(LOG_WARNING, "virtiofs %s: its window of mapped files cannot be used", channel->tag);
    else
        log_write(LOG_INFO, "virtiofs %s: %u ranges of %u KiB of files can be mapped", channel->tag,
                  mount->dax.count, (unsigned)(mount->dax.size >> 10));
}

/* How much of [offset, offset + size) the file certainly has. With a range taken, no cut of ours is under
 * way: what the server says is of before it or after it. */
static size_t inside(struct fuse_node *node, size_t size, uint64_t offset)
{
    if (clock_monotonic() >= node->fresh_until) {
#ifdef CONFIG_FUSE_CACHE
        return 0; /* asking tells the cache, which is in the middle of reading */
#else
        if (fuse_refresh(node) != 0)
            return 0;
#endif
    }
    if (offset >= node->attributes.size)
        return 0;
    return node->attributes.size - offset < size ? (size_t)(node->attributes.size - offset) : size;
}

/* As far as is known; otherwise nothing need be mapped. */
static bool may_have(const struct fuse_node *node, uint64_t offset, bool write)
{
    return offset < node->attributes.size || (!write && clock_monotonic() >= node->fresh_until);
}

static bool may_write(void)
{
#ifdef CONFIG_FUSE_DAX_WRITES
    return true;
#else
    return false;
#endif
}

static size_t by_window(struct fuse_node *node, void *buffer, size_t size, uint64_t offset, bool write)
{
    size_t done = 0;

    if (write && !may_write())
        return 0;
    while (done < size && may_have(node, offset + done, write)) {
        unsigned char *memory;
        uint64_t length;
        size_t part = 0;
        struct fuse_dax_range *range =
            fuse_dax_take(&node->mount->dax, &node->dax, offset + done, write, &memory, &length);

        if (range) {
            part = inside(node, size - done < length ? size - done : (size_t)length, offset + done);
            if (write)
                memcpy(memory, (char *)buffer + done, part);
            else
                memcpy((char *)buffer + done, memory, part);
            fuse_dax_give(range);
        }
        if (part == 0)
            break;
        done += part;
    }
    return done;
}

/* A write by the window alone leaves the attributes as they are known: the host moves the times later. */
long fuse_transfer(struct vnode *file, share_once *once, bool write, void *buffer, size_t size,
                   uint64_t offset, size_t most)
{
    struct fuse_node *node = fuse_node_of(file);
    size_t first = by_window(node, buffer, size, offset, write);
    long done;

    if (first > 0 && first == size)
        return (long)size;
    done = share_transfer(file, once, write, (char *)buffer + first, size - first, offset + first, most);
    if (write)
        fuse_changed(node);
    return first > 0 ? (long)first + (done > 0 ? done : 0) : done;
}

bool fuse_window_has(struct fuse_node *node)
{
    return fuse_dax_has(&node->mount->dax, &node->dax);
}

bool fuse_window_leave(struct fuse_node *node)
{
    struct fuse_farewell *farewell = &node->farewell;
    uint64_t place;
    struct fuse_dax_range *range = fuse_dax_leave(&node->mount->dax, &node->dax, &place);

    if (!range)
        return false;
    node->unmapping = true;
    farewell->unmap.in.count = 1;
    farewell->unmap.one = (struct fuse_removemapping_one){place, node->mount->dax.size};
    farewell->unmap.range = range;
    fuse_header(node->mount, &farewell->header, FUSE_REMOVEMAPPING, fuse_number(node),
                sizeof farewell->unmap.in + sizeof farewell->unmap.one);
    farewell->request = (struct share_request){
        .pieces = {{&farewell->header, sizeof farewell->header},
                   {&farewell->unmap.in, sizeof farewell->unmap.in},
                   {&farewell->unmap.one, sizeof farewell->unmap.one},
                   {&farewell->answer, sizeof farewell->answer}},
        .out = 3,
        .in = 1,
        .token = node,
    };
    return true;
}

void fuse_window_left(struct fuse_node *node)
{
    if (!node->unmapping)
        return;
    node->unmapping = false;
    fuse_dax_left(node->farewell.unmap.range);
}
#endif
