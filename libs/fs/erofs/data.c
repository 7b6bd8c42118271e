/*
 * The bytes of files that are not compressed: in a row, in a row with the rest beside the inode, or in
 * chunks.
 */
#include "erofs.h"

#include <errno.h>
#include <string.h>

/* Where a part of a file is. */
struct place {
    uint64_t address;
    uint64_t size; /* bytes from there on that belong together; not 0 */
    bool hole;
};

static struct place in_a_row(const struct erofs_file *file, uint64_t offset)
{
    uint64_t whole = file->size;

    if (file->layout == EROFS_INLINE)
        whole -= file->size % EROFS_BLOCK;
    if (offset < whole)
        return (struct place){(uint64_t)file->data * EROFS_BLOCK + offset, whole - offset, false};
    return (struct place){file->behind + (offset - whole), file->size - offset, false};
}

static int in_chunks(struct erofs_file *file, uint64_t offset, struct place *place)
{
    unsigned bits = EROFS_BLOCK_BITS + (file->data & EROFS_CHUNK_BITS_MASK);
    unsigned width = file->data & EROFS_CHUNK_ENTRIES ? 8 : 4;
    uint64_t within = offset & (((uint64_t)1 << bits) - 1),
             table = (file->behind + width - 1) & -(uint64_t)width;
    unsigned char raw[8] = {0};
    int error = erofs_copy(file->fs, table + (offset >> bits) * width, raw, width);
    uint32_t block;

    if (error != 0)
        return error;
    if (width == 8 && erofs_le16(raw + EROFS_CHUNK_DEVICE) != 0)
        return erofs_damaged(file->fs, "a file on a second device");
    block = erofs_le32(raw + (width == 8 ? EROFS_CHUNK_BLOCK : 0));
    place->hole = block == EROFS_CHUNK_HOLE;
    place->address = (uint64_t)block * EROFS_BLOCK + within;
    place->size = ((uint64_t)1 << bits) - within;
    if (place->size > file->size - offset)
        place->size = file->size - offset;
    return 0;
}

static int find_place(struct erofs_file *file, uint64_t offset, struct place *place)
{
    if (file->layout == EROFS_CHUNKS)
        return in_chunks(file, offset, place);
    *place = in_a_row(file, offset);
    return 0;
}

static long read_plain(struct erofs_file *file, unsigned char *buffer, size_t size, uint64_t offset)
{
    struct place place = {0};
    size_t done = 0;

    while (done < size) {
        int error = find_place(file, offset + done, &place);
        size_t n = place.size < size - done ? (size_t)place.size : size - done;

        if (error == 0 && place.hole)
            memset(buffer + done, 0, n);
        else if (error == 0)
            error = erofs_read_data(file->fs, place.address, buffer + done, n);
        if (error != 0)
            return done != 0 ? (long)done : error;
        done += n;
    }
    return (long)size;
}

long erofs_read(struct vnode *vnode, void *buffer, size_t size, uint64_t offset)
{
    struct erofs_file *file = erofs_file_of(vnode);

    if (offset >= file->size)
        return 0;
    if (size > file->size - offset)
        size = (size_t)(file->size - offset);
    if (!erofs_is_compressed(file))
        return read_plain(file, buffer, size, offset);
#ifdef CONFIG_EROFS_LZ4
    return erofs_read_compressed(file, buffer, size, offset);
#else
    return -EOPNOTSUPP;
#endif
}

/* Of a file in memory that is not compressed and has no chunks. */
long erofs_view(struct vnode *vnode, size_t size, uint64_t offset, const void **data, bool *lasting)
{
    struct erofs_file *file = erofs_file_of(vnode);
    uint64_t end = (uint64_t)file->fs->blocks * EROFS_BLOCK;
    struct place place = in_a_row(file, offset);

    if (offset >= file->size)
        return 0;
    if (size > place.size)
        size = (size_t)place.size;
    if (place.address > end || size > end - place.address)
        return erofs_damaged(file->fs, "data beyond its end");
    *data = file->fs->memory + place.address;
    *lasting = true;
    return (long)size;
}
