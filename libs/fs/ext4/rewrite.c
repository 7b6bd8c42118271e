/*
 * Pages that a file has already, all at once: nothing but content changes, so no operation is needed, and the
 * disk has many requests to do at the same time.
 */
#include "ext4.h"

#include <block_io.h>
#include <heap.h>
#include <pages.h>

#define REQUESTS 64u
#define SEGMENTS 64u

struct ext4_rewrite {
    struct ext4_mapping mapping; /* of the file's block `block` and those behind it */
    uint32_t block;
    unsigned count;    /* of requests */
    unsigned segments; /* that they have together */
    struct block_request request[REQUESTS];
    struct block_segment segment[SEGMENTS];
};

/* Where the page of a file stands, if all of it stands there in one piece; 0: it does not, or there is an
 * error that others will meet again. */
static uint64_t place_of(struct ext4_rewrite *all, struct ext4_node *node, uint64_t offset)
{
    const struct ext4 *fs = node->fs;
    uint32_t block = (uint32_t)(offset >> fs->block_bits), wanted = (uint32_t)(PAGE_SIZE >> fs->block_bits);

    if (offset + PAGE_SIZE > ext4_size(node))
        return 0;
    if (all->mapping.count == 0 || block < all->block || block - all->block >= all->mapping.count) {
        all->block = block;
        if (ext4_map(node, block, &all->mapping) != 0) {
            all->mapping.count = 0;
            return 0;
        }
    }
    if (all->mapping.state != EXT4_WRITTEN || all->mapping.count - (block - all->block) < wanted)
        return 0;
    return all->mapping.physical + (block - all->block);
}

/* Puts a page behind the last request's, or into a new one. False: there is no room for it. */
static bool put(struct ext4_rewrite *all, const struct ext4 *fs, const void *data, uint64_t sector)
{
    const struct block_device *device = fs->device;
    struct block_request *last = all->count != 0 ? &all->request[all->count - 1] : NULL;
    const uint64_t sectors = PAGE_SIZE / BLOCK_SECTOR;

    if (all->segments == SEGMENTS)
        return false;
    if (last == NULL || last->sector + last->sectors != sector ||
        last->segment_count == device->max_segments || last->sectors + sectors > device->max_sectors) {
        if (all->count == REQUESTS)
            return false;
        last = &all->request[all->count++];
        *last = (struct block_request){
            .operation = BLOCK_WRITE, .segments = &all->segment[all->segments], .sector = sector};
    }
    all->segment[all->segments++] = (struct block_segment){(void *)(uintptr_t)data, PAGE_SIZE};
    last->segment_count++;
    last->sectors += sectors;
    return true;
}

static long submit(struct ext4_rewrite *all, struct ext4_node *node)
{
    struct ext4 *fs = node->fs;
    int result = 0;

    for (unsigned i = 0; i < all->count; i++)
        block_start(fs->device, &all->request[i]);
    for (unsigned i = 0; i < all->count; i++) {
        int error = block_finish(&all->request[i]);

        result = result != 0 ? result : error;
    }
    fs->writes++;
    node->written = fs->writes;
    return result != 0 ? result : (long)all->segments;
}

long ext4_rewrite(struct ext4_node *node, const struct vnode_piece *pieces, size_t count)
{
    struct ext4 *fs = node->fs;
    uint64_t block;

    if (fs->read_only || fs->failed || fs->block_size > PAGE_SIZE)
        return 0;
    if (fs->rewrite == NULL)
        fs->rewrite = heap_alloc(sizeof(*fs->rewrite));
    if (fs->rewrite == NULL)
        return 0;
    fs->rewrite->count = fs->rewrite->segments = fs->rewrite->mapping.count = 0;
    for (size_t i = 0; i < count && (block = place_of(fs->rewrite, node, pieces[i].offset)) != 0; i++)
        if (!put(fs->rewrite, fs, pieces[i].data, block * fs->sectors))
            break;
    return fs->rewrite->count != 0 ? submit(fs->rewrite, node) : 0;
}
