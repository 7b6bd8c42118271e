/*
 * Reading compressed files: each part is uncompressed as a whole, up to what is wanted of it, and the last
 * one stays, so that whoever reads a file in small pieces does not begin anew each time.
 *
 * While a part is in use it is nobody else's: it is taken out of the file system and put back.
 */
#include "erofs.h"

#include <errno.h>
#include <pages.h>
#include <string.h>

#define PACKED_MAX ((uint32_t)1 << 20) /* Z_EROFS_PCLUSTER_MAX_SIZE in fs/erofs/erofs_fs.h */
#define RATIO_MAX 255u                 /* what a byte of LZ4 can stand for at most */

static size_t pages_for(size_t bytes)
{
    return (bytes + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* Compressed data may stand at the end of their blocks, behind zeroes; none begin with a zero. */
static int expand(struct erofs *fs, const unsigned char *packed, size_t packed_size,
                  const struct erofs_extent *extent)
{
    size_t zeroes = 0;

    if (fs->compressed_at_end)
        while (zeroes < packed_size && packed[zeroes] == 0)
            zeroes++;
    return erofs_lz4(packed + zeroes, packed_size - zeroes, extent->data, extent->size) == 0
               ? 0
               : erofs_damaged(fs, "compressed data");
}

/* Gets the first `size` bytes of what is mapped to new memory. */
static int uncompress(struct erofs *fs, const struct erofs_mapped *mapped, size_t size,
                      struct erofs_extent *extent)
{
    unsigned char *packed;
    int error;

    if (mapped->size > PACKED_MAX || size / RATIO_MAX > mapped->size)
        return erofs_damaged(fs, "the size of compressed data");
    extent->size = size;
    extent->pages = pages_for(size);
    extent->data = pages_alloc(extent->pages);
    packed = pages_alloc(pages_for(mapped->size));
    error = extent->data != NULL && packed != NULL ? 0 : -ENOMEM;
    if (error == 0)
        error = erofs_read_data(fs, mapped->address, packed, mapped->size);
    if (error == 0)
        error = expand(fs, packed, mapped->size, extent);
    if (packed != NULL)
        pages_free(packed, pages_for(mapped->size));
    if (error != 0 && extent->data != NULL) {
        pages_free(extent->data, extent->pages);
        extent->data = NULL;
    }
    return error;
}

/* Takes the last part if `offset` and enough behind it are in it. */
static struct erofs_extent take(struct erofs_file *file, uint64_t offset, size_t size)
{
    struct erofs_extent extent = file->fs->last;

    if (extent.data == NULL || extent.file != file->number || offset < extent.start || size > extent.size ||
        offset - extent.start > extent.size - size)
        return (struct erofs_extent){0};
    file->fs->last.data = NULL;
    return extent;
}

static void put_back(struct erofs *fs, const struct erofs_extent *extent)
{
    if (fs->last.data != NULL)
        pages_free(fs->last.data, fs->last.pages);
    fs->last = *extent;
}

/* Reads as much as one part has; at least a byte, as `offset` is inside the file. */
static long read_part(struct erofs_file *file, unsigned char *buffer, size_t size, uint64_t offset)
{
    struct erofs_extent extent = {0};
    struct erofs_mapped mapped;
    int error = erofs_map(file, offset, &mapped);

    if (error != 0)
        return error;
    if (size > mapped.end - offset)
        size = (size_t)(mapped.end - offset);
    if (mapped.stored) {
        error = erofs_read_data(file->fs, mapped.address + (offset - mapped.start), buffer, size);
        return error == 0 ? (long)size : error;
    }
    extent = take(file, offset, size);
    if (extent.data == NULL) {
        uint64_t whole = mapped.end - mapped.start, wanted = offset - mapped.start + size;

        extent.file = file->number;
        extent.start = mapped.start;
        /* All of it, as what follows is likely to be read next; but not more than a few pages in vain. */
        if (whole - wanted > 16 * PAGE_SIZE)
            whole = wanted + 16 * PAGE_SIZE;
        error = uncompress(file->fs, &mapped, (size_t)whole, &extent);
        if (error != 0)
            return error;
    }
    memcpy(buffer, extent.data + (offset - extent.start), size);
    put_back(file->fs, &extent);
    return (long)size;
}

long erofs_read_compressed(struct erofs_file *file, void *buffer, size_t size, uint64_t offset)
{
    unsigned char *to = buffer;
    size_t done = 0;

    while (done < size) {
        long got = read_part(file, to + done, size - done, offset + done);

        if (got < 0)
            return done != 0 ? (long)done : got;
        done += (size_t)got;
    }
    return (long)size;
}
