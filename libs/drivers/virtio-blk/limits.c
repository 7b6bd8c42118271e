/* 5.2.4 and 5.2.5: what the configuration says about the disk. Nothing of it is believed that would make the
 * driver or its clients do wrong. */
#include "virtio_blk.h"

#include <errno.h>
#include <log.h>

/* struct virtio_blk_config */
#define CAPACITY 0
#define SIZE_MAX_ 8
#define SEG_MAX 12
#define BLK_SIZE 20
#define PHYSICAL_EXPONENT 24
#define OPTIMAL_BLOCKS 28
#define WRITEBACK 32
#define DISCARD_SECTORS 36
#define DISCARD_SEGMENTS 40
#define DISCARD_ALIGNMENT 44
#define ZEROES_SECTORS 48
#define ZEROES_SEGMENTS 52
#define ZEROES_UNMAP 56

#define MOST_SECTORS (UINT64_C(1) << 54) /* of a disk, so that positions in bytes fit into 63 bits */
#define LARGEST_BLOCK 4096u
#define LEAST_SEGMENT 4096u
#define LARGEST_SEGMENT (UINT32_C(4) << 20)                   /* bytes */
#define LARGEST_REQUEST ((UINT32_C(16) << 20) / BLOCK_SECTOR) /* sectors */
#define MOST_EXPONENT 7u

#define PIECES_BESIDE 2u /* of a request: header and status */

static uint64_t capacity(const struct virtio_blk *disk)
{
    uint64_t sectors = virtio_configuration64(&disk->virtio, CAPACITY);

    if (sectors > MOST_SECTORS)
        sectors = MOST_SECTORS;
    return sectors & ~(uint64_t)(disk->block.block / BLOCK_SECTOR - 1);
}

void virtio_blk_resize(struct virtio_blk *disk)
{
    struct block_device *block = &disk->block;
    uint64_t sectors = capacity(disk);

    if (disk->virtio.broken || sectors == block->sectors)
        return;
    block->sectors = sectors;
    log_write(LOG_NOTICE, "%s: the disk has %lu sectors now", block->name, (unsigned long)sectors);
    if (block->resized)
        block->resized(block);
}

static bool has(const struct virtio_blk *disk, uint64_t feature)
{
    return disk->virtio.accepted & feature;
}

static uint32_t read32(const struct virtio_blk *disk, uint32_t offset)
{
    return virtio_configuration32(&disk->virtio, offset);
}

static int block_sizes(struct virtio_blk *disk)
{
    struct block_device *block = &disk->block;
    unsigned exponent = 0;

    block->block = has(disk, VIRTIO_BLK_F_BLK_SIZE) ? read32(disk, BLK_SIZE) : BLOCK_SECTOR;
    if (block->block < BLOCK_SECTOR || block->block > LARGEST_BLOCK || block->block & (block->block - 1)) {
        log_write(LOG_ERROR, "%s: blocks of %u bytes are not possible", block->name, block->block);
        return -EINVAL;
    }
    if (has(disk, VIRTIO_BLK_F_TOPOLOGY)) {
        uint64_t optimal = (uint64_t)read32(disk, OPTIMAL_BLOCKS) * block->block;

        exponent = virtio_configuration8(&disk->virtio, PHYSICAL_EXPONENT);
        block->optimal = optimal <= LARGEST_SEGMENT ? (uint32_t)optimal : 0;
    }
    block->physical_block = block->block << (exponent <= MOST_EXPONENT ? exponent : 0);
    return 0;
}

static int request_sizes(struct virtio_blk *disk)
{
    struct block_device *block = &disk->block;
    const struct virtio_queue *queue = &disk->queues[0].queue;
    uint32_t pieces = queue->tables ? queue->table_size : queue->size;

    block->max_segments =
        has(disk, VIRTIO_BLK_F_SEG_MAX) ? read32(disk, SEG_MAX) : CONFIG_VIRTIO_BLK_SEGMENTS;
    if (block->max_segments == 0) /* some devices mean one */
        block->max_segments = 1;
    if (block->max_segments > CONFIG_VIRTIO_BLK_SEGMENTS)
        block->max_segments = CONFIG_VIRTIO_BLK_SEGMENTS;
    if (pieces <= PIECES_BESIDE) {
        log_write(LOG_ERROR, "%s: a queue of %u places holds no request", block->name, pieces);
        return -EINVAL;
    }
    if (block->max_segments > pieces - PIECES_BESIDE)
        block->max_segments = pieces - PIECES_BESIDE;
    block->max_segment = has(disk, VIRTIO_BLK_F_SIZE_MAX) ? read32(disk, SIZE_MAX_) : LARGEST_SEGMENT;
    if (block->max_segment < LEAST_SEGMENT) {
        log_write(LOG_ERROR, "%s: pieces of %u bytes at most are too small", block->name, block->max_segment);
        return -EINVAL;
    }
    if (block->max_segment > LARGEST_SEGMENT)
        block->max_segment = LARGEST_SEGMENT;
    block->max_sectors = LARGEST_REQUEST;
    return 0;
}

/* A device that offers to do it without allowing a single block at once does not offer it. */
static void without_data(struct virtio_blk *disk)
{
    struct block_device *block = &disk->block;
    uint32_t least = block->block / BLOCK_SECTOR;

    block->discard_alignment = 1;
    if (has(disk, VIRTIO_BLK_F_DISCARD) && read32(disk, DISCARD_SEGMENTS) > 0) {
        uint32_t alignment = read32(disk, DISCARD_ALIGNMENT);

        block->max_discard = read32(disk, DISCARD_SECTORS);
        if (block->max_discard >= least)
            block->flags |= BLOCK_DEVICE_DISCARD;
        if (alignment > 0)
            block->discard_alignment = alignment;
    }
    if (has(disk, VIRTIO_BLK_F_WRITE_ZEROES) && read32(disk, ZEROES_SEGMENTS) > 0) {
        block->max_zeroes = read32(disk, ZEROES_SECTORS);
        if (block->max_zeroes >= least)
            block->flags |= BLOCK_DEVICE_ZEROES;
        if (virtio_configuration8(&disk->virtio, ZEROES_UNMAP))
            block->flags |= BLOCK_DEVICE_UNMAP;
    }
}

int virtio_blk_limits(struct virtio_blk *disk)
{
    struct block_device *block = &disk->block;
    int error = block_sizes(disk);

    if (!error)
        error = request_sizes(disk);
    if (error)
        return error;
    if (has(disk, VIRTIO_BLK_F_RO))
        block->flags |= BLOCK_DEVICE_READ_ONLY;
    /* 5.2.5.1: a device that says nothing about its cache has one if it can be flushed. */
    if (has(disk, VIRTIO_BLK_F_FLUSH) &&
        (!has(disk, VIRTIO_BLK_F_CONFIG_WCE) || virtio_configuration8(&disk->virtio, WRITEBACK)))
        block->flags |= BLOCK_DEVICE_CACHE;
    without_data(disk);
    block->sectors = capacity(disk);
    return 0;
}
