/*
 * copy_file_range(2).
 */
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_file.h>

#define BUFFER ((size_t)16 << 10)

long sys_copy_file_range(long in, long in_offset, long out, long out_offset, long count, long flags);

/* An open file and the place in it: at `offset`, or where the file itself is. */
struct place {
    struct open_file *file;
    int64_t *offset;
    int64_t at;
};

static int begin(struct place *place, long fd, long offset, unsigned refused)
{
    struct open_file *file = fd_get(fd);

    place->file = file;
    place->offset = (int64_t *)offset;
    if (file == NULL || (file->flags & LINUX_O_ACCMODE) == refused || (file->flags & LINUX_O_PATH))
        return -EBADF;
    if (file->ops->seek == NULL || file->ops->read_at == NULL || file->ops->write_at == NULL)
        return -EINVAL;
    place->at = place->offset != NULL ? *place->offset : file->ops->seek(file, 0, LINUX_SEEK_CUR);
    return place->at < 0 ? -EINVAL : 0;
}

static void end(struct place *place, long moved)
{
    if (moved > 0 && place->offset != NULL)
        *place->offset = place->at + moved;
    else if (moved > 0)
        place->file->ops->seek(place->file, place->at + moved, LINUX_SEEK_SET);
    if (place->file != NULL)
        fd_put(place->file);
}

static long copy(const struct place *in, const struct place *out, size_t count)
{
    void *buffer = heap_alloc(BUFFER);
    size_t done = 0;
    long moved = 0;

    if (buffer == NULL)
        return -ENOMEM;
    while (done < count) {
        size_t size = count - done < BUFFER ? count - done : BUFFER;

        moved = in->file->ops->read_at(in->file, buffer, size, (uint64_t)in->at + done);
        if (moved > 0)
            moved = out->file->ops->write_at(out->file, buffer, (size_t)moved, (uint64_t)out->at + done);
        if (moved <= 0)
            break;
        done += (size_t)moved;
    }
    heap_free(buffer);
    return done != 0 ? (long)done : moved;
}

/* A file may be copied within itself, but not over what is copied. */
static bool overlap(const struct place *in, const struct place *out, size_t count)
{
    struct linux_stat_values from, to;
    uint64_t distance = in->at < out->at ? (uint64_t)(out->at - in->at) : (uint64_t)(in->at - out->at);

    in->file->ops->stat(in->file, &from);
    out->file->ops->stat(out->file, &to);
    return from.device == to.device && from.inode == to.inode && distance < count;
}

long sys_copy_file_range(long in, long in_offset, long out, long out_offset, long count, long flags)
{
    struct place from = {.file = NULL}, to = {.file = NULL};
    size_t size = (size_t)count < LINUX_TRANSFER_MAX ? (size_t)count : LINUX_TRANSFER_MAX;
    long result;

    if (flags != 0)
        return -EINVAL;
    result = begin(&from, in, in_offset, LINUX_O_WRONLY);
    if (result == 0)
        result = begin(&to, out, out_offset, LINUX_O_RDONLY);
    if (result == 0 && (to.file->flags & LINUX_O_APPEND))
        result = -EBADF;
    if (result == 0 && overlap(&from, &to, size))
        result = -EINVAL;
    if (result == 0)
        result = copy(&from, &to, size);
    end(&from, result);
    end(&to, result);
    return result;
}
