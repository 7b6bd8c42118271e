/*
 * Inodes, and the files that somebody holds: one for each number, in a list.
 */
#include "erofs.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

/* The numbers of devices as Linux encodes them for file systems: huge_encode_dev() in include/linux/kdev_t.h;
 * here 256 * major + minor is wanted. */
static uint32_t special_device(uint32_t encoded)
{
    return (encoded >> 8 & 0xfff) << 8 | (encoded & 0xff);
}

static void get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    struct erofs_file *file = erofs_file_of(vnode);

    attributes->inode = file->number;
    attributes->size = file->size;
    attributes->allocated = (file->size + 511) / 512 * 512;
    attributes->mode = file->mode;
    attributes->links = file->links;
    attributes->user = file->user;
    attributes->group = file->group;
    attributes->special_device =
        vnode->type == VNODE_DEVICE || vnode->type == VNODE_BLOCK_DEVICE ? special_device(file->data) : 0;
    attributes->access_time = attributes->modification_time = attributes->change_time = file->time;
}

static int statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    const struct erofs *fs = erofs_file_of(vnode)->fs;

    memset(values, 0, sizeof(*values));
    values->type = EROFS_MAGIC; /* EROFS_SUPER_MAGIC_V1 in include/uapi/linux/magic.h */
    values->block_size = EROFS_BLOCK;
    values->blocks = fs->blocks;
    values->files = fs->file_count;
    return 0;
}

static void release(struct vnode *vnode)
{
    struct erofs_file *file = erofs_file_of(vnode), **at = &file->fs->files;

    while (*at != file)
        at = &(*at)->next;
    *at = file->next;
    heap_free(file);
}

#define OPERATIONS                                                                                           \
    .lookup = erofs_lookup, .entries = erofs_entries, .read = erofs_read, .get = get, .statfs = statfs,      \
    .release = release

static const struct vnode_ops operations = {OPERATIONS};
static const struct vnode_ops in_memory = {OPERATIONS, .view = erofs_view};

static const struct vnode_ops *operations_of(const struct erofs *fs, const struct erofs_file *file)
{
    return fs->memory != NULL && !erofs_is_compressed(file) && file->layout != EROFS_CHUNKS ? &in_memory
                                                                                            : &operations;
}

static bool type_is_known(uint32_t mode)
{
    switch (mode & VNODE_TYPE_MASK) {
    case VNODE_DIRECTORY:
    case VNODE_FILE:
    case VNODE_SYMLINK:
    case VNODE_DEVICE:
    case VNODE_BLOCK_DEVICE:
    case VNODE_FIFO:
    case VNODE_SOCKET:
        return true;
    default:
        return false;
    }
}

/* Fills in what the inode at `address` says. */
static int read_inode(struct erofs *fs, uint64_t address, struct erofs_file *file)
{
    unsigned char raw[EROFS_EXTENDED_SIZE];
    int error = erofs_copy(fs, address, raw, EROFS_COMPACT_SIZE);
    unsigned format = erofs_le16(raw + EROFS_INODE_FORMAT), units;
    bool extended = format & 1;

    if (error == 0 && extended)
        error = erofs_copy(fs, address + EROFS_COMPACT_SIZE, raw + EROFS_COMPACT_SIZE,
                           EROFS_EXTENDED_SIZE - EROFS_COMPACT_SIZE);
    if (error != 0)
        return error;
    file->mode = erofs_le16(raw + EROFS_INODE_MODE);
    if (format >> 1 >= EROFS_LAYOUTS || !type_is_known(file->mode))
        return erofs_damaged(fs, "an inode of an unknown kind");
    file->layout = format >> 1;
    file->data = erofs_le32(raw + EROFS_INODE_DATA);
    if (extended) {
        file->size = erofs_le64(raw + EROFS_EXTENDED_BYTES);
        file->links = erofs_le32(raw + EROFS_EXTENDED_LINKS);
        file->user = erofs_le32(raw + EROFS_EXTENDED_USER);
        file->group = erofs_le32(raw + EROFS_EXTENDED_GROUP);
        file->time = (int64_t)(erofs_le64(raw + EROFS_EXTENDED_TIME) * 1000000000u +
                               erofs_le32(raw + EROFS_EXTENDED_NANOSECONDS));
    } else {
        file->size = erofs_le32(raw + EROFS_COMPACT_BYTES);
        file->links = erofs_le16(raw + EROFS_COMPACT_LINKS);
        file->user = erofs_le16(raw + EROFS_COMPACT_USER);
        file->group = erofs_le16(raw + EROFS_COMPACT_GROUP);
        file->time = fs->time;
    }
    if (file->size > INT64_MAX) /* off_t */
        return erofs_damaged(fs, "a file that is too long");
    units = erofs_le16(raw + EROFS_INODE_XATTRS);
    file->behind = address + (extended ? EROFS_EXTENDED_SIZE : EROFS_COMPACT_SIZE) +
                   (units != 0 ? EROFS_XATTR_HEADER + EROFS_XATTR_UNIT * (units - 1) : 0);
    return 0;
}

/* Whether the list has the file by now; then it gets a reference. */
static struct erofs_file *find(struct erofs *fs, uint64_t number)
{
    struct erofs_file *file = fs->files;

    while (file != NULL && file->number != number)
        file = file->next;
    if (file != NULL)
        vnode_get(&file->vnode);
    return file;
}

int erofs_file_get(struct erofs *fs, uint64_t number, struct vnode **found)
{
    struct erofs_file *file = find(fs, number), *other;
    int error;

    if (file == NULL) {
        if (number >= (uint64_t)fs->blocks << (EROFS_BLOCK_BITS - EROFS_INODE_SLOT_BITS))
            return erofs_damaged(fs, "an inode beyond its end");
        file = heap_alloc(sizeof(*file));
        if (file == NULL)
            return -ENOMEM;
        memset(file, 0, sizeof(*file));
        error = read_inode(
            fs, ((uint64_t)fs->meta_block << EROFS_BLOCK_BITS) + (number << EROFS_INODE_SLOT_BITS), file);
        other = error == 0 ? find(fs, number) : NULL; /* others came while the inode was read */
        if (error != 0 || other != NULL) {
            heap_free(file);
            file = other;
        } else {
            file->vnode.ops = operations_of(fs, file);
            file->vnode.type = file->mode & VNODE_TYPE_MASK;
            file->vnode.references = 1;
            /* What is in memory needs no pages beside it. */
            file->vnode.flags = fs->memory == NULL && file->vnode.type == VNODE_FILE ? VNODE_CACHED : 0;
            file->fs = fs;
            file->number = number;
            file->next = fs->files;
            fs->files = file;
        }
        if (error != 0)
            return error;
    }
    *found = &file->vnode;
    return 0;
}
