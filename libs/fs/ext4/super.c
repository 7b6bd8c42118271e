/*
 * The superblock.
 */
#include "ext4.h"

#include <block_io.h>
#include <crc32c.h>
#include <errno.h>
#include <heap.h>
#include <string.h>

#define INCOMPAT                                                                                             \
    (EXT4_INCOMPAT_FILETYPE | EXT4_INCOMPAT_RECOVER | EXT4_INCOMPAT_EXTENTS | EXT4_INCOMPAT_64BIT |          \
     EXT4_INCOMPAT_FLEX_BG | EXT4_INCOMPAT_CSUM_SEED)
#define INCOMPAT_NEEDED (EXT4_INCOMPAT_FILETYPE | EXT4_INCOMPAT_EXTENTS)
#define RO_COMPAT                                                                                            \
    (EXT4_RO_COMPAT_SPARSE_SUPER | EXT4_RO_COMPAT_LARGE_FILE | EXT4_RO_COMPAT_HUGE_FILE |                    \
     EXT4_RO_COMPAT_DIR_NLINK | EXT4_RO_COMPAT_EXTRA_ISIZE | EXT4_RO_COMPAT_METADATA_CSUM |                  \
     EXT4_RO_COMPAT_ORPHAN_PRESENT)

#define SECTOR (EXT4_SUPER_OFFSET / BLOCK_SECTOR)

static int refuse(const struct ext4 *fs, const char *why, uint32_t value)
{
    log_write(LOG_ERROR, "ext4: %s: cannot be mounted: %s (%#x)", fs->device->name, why, value);
    return -EINVAL;
}

static uint32_t checksum(const struct ext4_super *super)
{
    return crc32c(~0u, super, offsetof(struct ext4_super, checksum));
}

/* What all arithmetic rests on. */
static bool geometry_valid(struct ext4 *fs)
{
    const struct ext4_super *super = &fs->super;
    uint64_t groups;

    if (super->log_block_size > 5 || super->log_cluster_size != super->log_block_size)
        return false;
    fs->block_bits = 10 + super->log_block_size;
    fs->block_size = 1u << fs->block_bits;
    fs->sectors = fs->block_size / BLOCK_SECTOR;
    fs->block_count = super->blocks_count_lo;
    fs->descriptor_size = EXT4_DESCRIPTOR_SHORT;
    if (super->feature_incompat & EXT4_INCOMPAT_64BIT) {
        fs->block_count |= (uint64_t)super->blocks_count_hi << 32;
        fs->descriptor_size = super->desc_size;
    }
    fs->inode_size = super->inode_size;
    if (fs->block_size < fs->device->block || fs->block_count > fs->device->sectors / fs->sectors ||
        super->first_data_block != (fs->block_size == 1024) || fs->block_count <= super->first_data_block)
        return false;
    if (super->blocks_per_group == 0 || super->blocks_per_group > 8 * fs->block_size ||
        super->blocks_per_group % 8 != 0 || super->inodes_per_group == 0 ||
        super->inodes_per_group > 8 * fs->block_size || super->inodes_per_group % 8 != 0)
        return false;
    if (fs->inode_size < EXT4_INODE_SHORT || fs->inode_size > fs->block_size ||
        (fs->inode_size & (fs->inode_size - 1)) != 0 || fs->descriptor_size < EXT4_DESCRIPTOR_SHORT ||
        fs->descriptor_size > 1024 || (fs->descriptor_size & (fs->descriptor_size - 1)) != 0 ||
        (super->feature_incompat & EXT4_INCOMPAT_64BIT && fs->descriptor_size < 64))
        return false;
    groups =
        (fs->block_count - super->first_data_block + super->blocks_per_group - 1) / super->blocks_per_group;
    if (groups > UINT32_MAX / super->inodes_per_group ||
        groups * super->inodes_per_group != super->inodes_count || super->first_ino < 11 ||
        super->first_ino > super->inodes_per_group)
        return false;
    fs->group_count = (uint32_t)groups;
    return true;
}

/* Whether the journal has to be replayed, which may repair what was just being written. */
static bool replay_first(const struct ext4 *fs)
{
    return fs->super.feature_incompat & EXT4_INCOMPAT_RECOVER && !fs->replayed;
}

int ext4_super_load(struct ext4 *fs)
{
    struct ext4_super *super = &fs->super;
    uint32_t unknown;
    int error;

    if (fs->device->sectors < 2 * SECTOR + 2)
        return refuse(fs, "too small", 0);
    error = block_read(fs->device, SECTOR, super, EXT4_SUPER_SIZE);
    if (error != 0)
        return error;
    if (super->magic != EXT4_MAGIC)
        return refuse(fs, "no ext4 file system", super->magic);
    if (super->rev_level != 1)
        return refuse(fs, "unknown revision", super->rev_level);
    unknown = super->feature_incompat & ~INCOMPAT;
    if (unknown != 0)
        return refuse(fs, "incompatible features that are not known here", unknown);
    if ((super->feature_incompat & INCOMPAT_NEEDED) != INCOMPAT_NEEDED)
        return refuse(fs, "without the features extent and filetype", super->feature_incompat);
    fs->checksums = (super->feature_ro_compat & EXT4_RO_COMPAT_METADATA_CSUM) != 0;
    if (fs->checksums && super->checksum_type != 1)
        return refuse(fs, "unknown kind of checksums", super->checksum_type);
    if (fs->checksums && super->checksum != checksum(super) && !replay_first(fs))
        return refuse(fs, "superblock with a wrong checksum", super->checksum);
    if (!geometry_valid(fs))
        return refuse(fs, "superblock makes no sense", super->inodes_count);
    unknown = super->feature_ro_compat & ~RO_COMPAT;
    if (unknown != 0 && !fs->read_only) {
        log_write(LOG_WARNING, "ext4: %s: features %#x are not known here: can only be read",
                  fs->device->name, unknown);
        fs->read_only = true;
    }
    fs->seed = super->feature_incompat & EXT4_INCOMPAT_CSUM_SEED
                   ? super->checksum_seed
                   : crc32c(~0u, super->uuid, sizeof(super->uuid));
    fs->hash_version = super->def_hash_version;
    fs->counts.free_inodes = super->free_inodes_count;
    fs->counts.last_orphan = super->last_orphan;
    fs->counts.free_blocks = super->free_blocks_count_lo;
    if (super->feature_incompat & EXT4_INCOMPAT_64BIT)
        fs->counts.free_blocks |= (uint64_t)super->free_blocks_count_hi << 32;
    return 0;
}

void ext4_super_count(struct ext4 *fs)
{
    struct ext4_super *super = &fs->super;

    super->free_inodes_count = fs->counts.free_inodes;
    super->last_orphan = fs->counts.last_orphan;
    super->free_blocks_count_lo = (uint32_t)fs->counts.free_blocks;
    if (super->feature_incompat & EXT4_INCOMPAT_64BIT)
        super->free_blocks_count_hi = (uint32_t)(fs->counts.free_blocks >> 32);
}

void ext4_super_seal(struct ext4 *fs, struct ext4_super *super)
{
    fs->super.wtime = (uint32_t)(ext4_now() / 1000000000);
    *super = fs->super;
    if (fs->checksums)
        super->checksum = checksum(super);
}

int ext4_super_write(struct ext4 *fs)
{
    struct ext4_super *super =
        heap_alloc(EXT4_SUPER_SIZE > fs->block_size ? EXT4_SUPER_SIZE : fs->block_size);
    struct block_buffer *buffer;
    int error;

    if (super == NULL)
        return -ENOMEM;
    /* The device may want larger pieces than the superblock; the rest of them is nobody's. */
    if (fs->device->block > EXT4_SUPER_OFFSET) {
        error = block_read(fs->device, 0, super, fs->block_size);
        ext4_super_seal(fs, (struct ext4_super *)((char *)super + EXT4_SUPER_OFFSET));
        if (error == 0)
            error = block_write(fs->device, 0, super, fs->block_size);
    } else {
        ext4_super_seal(fs, super);
        error = block_write(fs->device, SECTOR, super, EXT4_SUPER_SIZE);
    }
    heap_free(super);
    if (error == 0)
        error = block_flush(fs->device);
    /* A buffer of it, if there is one, has to say the same. */
    if (error == 0 && block_cache_get(&fs->cache, EXT4_SUPER_OFFSET / fs->block_size, &buffer) == 0) {
        ext4_super_seal(fs, (struct ext4_super *)((char *)buffer->data + EXT4_SUPER_OFFSET % fs->block_size));
        block_cache_put(&fs->cache, buffer);
    }
    return error;
}
