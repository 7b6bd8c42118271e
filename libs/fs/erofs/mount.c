/*
 * Mounting: the superblock, and what it says of the rest.
 *
 * The source is the name of a disk, or `initrd` for the memory that the boot loader filled.
 */
#include "erofs.h"

#include <boot_info.h>
#include <errno.h>
#include <fs.h>
#include <heap.h>
#include <log.h>
#include <string.h>
#ifdef CONFIG_EROFS_DISK
#include <block_io.h>
#endif

#define CRC32C 0x82f63b78u /* Castagnoli's polynomial, reflected: RFC 3720, appendix B.4 */

static uint32_t crc32c(uint32_t crc, const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? CRC32C : 0);
    }
    return crc;
}

static bool checksum_holds(const unsigned char *block)
{
    static const unsigned char zeroes[4];
    const unsigned char *super = block + EROFS_SUPER_OFFSET;
    uint32_t crc = crc32c(UINT32_MAX, super, EROFS_SUPER_CHECKSUM);

    crc = crc32c(crc, zeroes, sizeof(zeroes));
    crc = crc32c(crc, super + EROFS_SUPER_CHECKSUM + sizeof(zeroes),
                 EROFS_BLOCK - EROFS_SUPER_OFFSET - EROFS_SUPER_CHECKSUM - sizeof(zeroes));
    return crc == erofs_le32(super + EROFS_SUPER_CHECKSUM);
}

static int refuse(const char *why)
{
    (void)why;
    log_write(LOG_ERROR, "erofs: cannot be mounted: %s", why);
    return -EINVAL;
}

/* Fills in what the superblock says. `room` is the number of blocks that are there. */
static int read_super(struct erofs *fs, const unsigned char *block, uint64_t room, uint64_t *root)
{
    const unsigned char *super = block + EROFS_SUPER_OFFSET;
    uint32_t incompatible = erofs_le32(super + EROFS_SUPER_INCOMPATIBLE);

    if (erofs_le32(super) != EROFS_MAGIC)
        return refuse("there is no EROFS");
    if (super[EROFS_SUPER_BLOCK_BITS] != EROFS_BLOCK_BITS || incompatible & ~EROFS_UNDERSTOOD)
        return refuse("it has features that are not understood");
    if (erofs_le32(super + EROFS_SUPER_COMPATIBLE) & EROFS_HAS_CHECKSUM && !checksum_holds(block))
        return refuse("the checksum of its superblock is wrong");
    fs->blocks = erofs_le32(super + EROFS_SUPER_BLOCKS);
    fs->meta_block = erofs_le32(super + EROFS_SUPER_META_BLOCK);
    fs->file_count = erofs_le64(super + EROFS_SUPER_FILES);
    fs->time = (int64_t)(erofs_le64(super + EROFS_SUPER_TIME) * 1000000000u +
                         erofs_le32(super + EROFS_SUPER_NANOSECONDS));
    fs->compressed_at_end = incompatible & EROFS_COMPRESSED_AT_END;
    if (fs->blocks == 0 || fs->blocks > room)
        return refuse("it is larger than what it is on");
    *root = erofs_le16(super + EROFS_SUPER_ROOT);
    return 0;
}

/* Finds what `source` names; says in `room` how many blocks it has. */
static int find_source(struct erofs *fs, const char *source, uint64_t *room)
{
    if (source == NULL || strcmp(source, "initrd") == 0) {
        fs->memory = boot_info.initrd;
        *room = boot_info.initrd_size / EROFS_BLOCK;
        return fs->memory != NULL ? 0 : -ENODEV;
    }
#ifdef CONFIG_EROFS_DISK
    for (unsigned i = 0; i < EROFS_SLOTS; i++)
        fs->slots[i].block = UINT64_MAX;
    fs->disk = block_device_find(source);
    if (fs->disk == NULL)
        return -ENODEV;
    *room = fs->disk->sectors / (EROFS_BLOCK / BLOCK_SECTOR);
    return block_device_claim(fs->disk, fs);
#else
    return -ENODEV;
#endif
}

static int start(struct erofs *fs, uint64_t room, struct vnode **root)
{
    const unsigned char *block;
    uint64_t number = 0;
    int error;

    fs->blocks = room < UINT32_MAX ? (uint32_t)room : UINT32_MAX;
    if (fs->blocks == 0)
        return refuse("what it is on is too small");
    block = erofs_block(fs, 0, &error);
    if (block == NULL)
        return error;
    error = read_super(fs, block, room, &number);
    if (error == 0)
        error = erofs_file_get(fs, number, root);
    if (error == 0 && (*root)->type != VNODE_DIRECTORY) {
        vnode_put(*root);
        error = refuse("its root is no directory");
    }
    return error;
}

static int mount(const char *source, const char *options, struct vnode **root)
{
    struct erofs *fs = heap_alloc(sizeof(*fs));
    uint64_t room = 0;
    int error;

    (void)options;
    if (fs == NULL)
        return -ENOMEM;
    memset(fs, 0, sizeof(*fs));
    error = find_source(fs, source, &room);
    if (error != 0) {
        heap_free(fs);
        return error;
    }
    error = start(fs, room, root);
    if (error != 0) {
        erofs_storage_end(fs);
        heap_free(fs);
    }
    return error;
}

static int unmount(struct vnode *root)
{
    struct erofs *fs = erofs_file_of(root)->fs;

    for (const struct erofs_file *file = fs->files; file != NULL; file = file->next)
        if (file->vnode.references != (&file->vnode == root))
            return -EBUSY;
    vnode_put(root);
    erofs_storage_end(fs);
    heap_free(fs);
    return 0;
}

const struct fs_type erofs_fs = {.name = "erofs", .mount = mount, .unmount = unmount};
