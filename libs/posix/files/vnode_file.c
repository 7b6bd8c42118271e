/*
 * Vnodes as open files.
 */
#include "vnode_file.h"

#include "mapped.h"

#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#ifdef CONFIG_LIB_RESOURCE_LIMITS
#include <resource_limits.h>
#endif

#define BLOCK_SIZE 4096

#ifdef CONFIG_LIB_MOUNT_TABLE
#include <mount_table.h>
#define DEVICE(vnode) ((vnode)->mount->device)
#else
#define DEVICE(vnode) 1
#endif

static const struct open_file_ops operations;

static struct vnode_file *of(struct open_file *file)
{
    return (struct vnode_file *)file;
}

struct vnode_file *files_new(unsigned flags)
{
    struct vnode_file *file = heap_alloc(sizeof(*file));

    if (file != NULL)
        *file = (struct vnode_file){.file = {.ops = &operations, .references = 1, .flags = flags}};
    return file;
}

struct vnode_file *files_get(long fd, int otherwise, int *error)
{
    struct open_file *file = fd_get(fd);

    *error = -EBADF;
    if (file == NULL)
        return NULL;
    if (file->ops == &operations)
        return of(file);
    fd_put(file);
    *error = otherwise;
    return NULL;
}

void files_stat(struct vnode *vnode, struct linux_stat_values *values)
{
    struct vnode_attributes attributes;

    vnode->ops->get(vnode, &attributes);
    *values = (struct linux_stat_values){
        .device = DEVICE(vnode),
        .inode = attributes.inode,
        .special_device = attributes.special_device,
        .size = attributes.size,
        .allocated = attributes.allocated,
        .mode = attributes.mode,
        .links = attributes.links,
        .user = attributes.user,
        .group = attributes.group,
        .block_size = BLOCK_SIZE,
        .access_time = attributes.access_time,
        .modification_time = attributes.modification_time,
        .change_time = attributes.change_time,
    };
}

static uint64_t size_of(struct vnode *vnode)
{
    struct vnode_attributes attributes;

    vnode->ops->get(vnode, &attributes);
    return attributes.size;
}

#ifdef CONFIG_LIB_PAGE_CACHE
static bool is_direct(const struct open_file *file)
{
    return (file->flags & LINUX_O_DIRECT) && ((const struct vnode_file *)file)->vnode->pages != NULL;
}
#endif

#ifdef CONFIG_LIB_INOTIFY
static void tell_if_any(struct open_file *file, long bytes, uint32_t event)
{
    if (bytes > 0)
        files_tell(of(file), event);
}
#else
#define tell_if_any(file, bytes, event) ((void)0)
#endif

static long read_at(struct open_file *file, void *buffer, size_t size, uint64_t offset)
{
    struct vnode *vnode = of(file)->vnode;
    long result;

    if (vnode->type == VNODE_DIRECTORY)
        return -EISDIR;
#ifdef CONFIG_LIB_PAGE_CACHE
    if (is_direct(file)) {
        result = page_cache_read_directly(vnode, buffer, size, offset);
        tell_if_any(file, result, LINUX_IN_ACCESS);
        return result;
    }
#endif
    result = vnode->ops->read(vnode, buffer, size, offset);
    files_mapped_read(vnode, buffer, result, offset);
    tell_if_any(file, result, LINUX_IN_ACCESS);
    return result;
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    long result;

    files_lock(of(file)->vnode);
    result = read_at(file, buffer, size, of(file)->position);
    if (result > 0)
        of(file)->position += (uint64_t)result;
    files_unlock(of(file)->vnode);
    return result;
}

static long write_locked(struct open_file *file, const void *data, size_t size, uint64_t offset)
{
    struct vnode *vnode = of(file)->vnode;
    long result;

    if (vnode->ops->write == NULL)
        return -EROFS;
#ifdef CONFIG_LIB_RESOURCE_LIMITS
    size_t room = resource_file_room(offset, size);
    if (room == 0 && size > 0)
        return -EFBIG;
    size = room;
#endif
#ifdef CONFIG_LIB_USERS
    if (size > 0)
        files_take_rights(vnode);
#endif
#ifdef CONFIG_LIB_PAGE_CACHE
    if (is_direct(file))
        return page_cache_write_directly(vnode, data, size, offset);
#endif
    result = vnode->ops->write(vnode, data, size, offset);
    files_mapped_write(vnode, data, result, offset);
    return result;
}

/* With O_SYNC and O_DSYNC, what was written is on the device when the call returns. */
static long written(struct open_file *file, long result)
{
    int error = 0;

    tell_if_any(file, result, LINUX_IN_MODIFY);
    if (result > 0 && (file->flags & LINUX_O_DSYNC))
        error = files_sync(of(file), (file->flags & LINUX_O_SYNC) != LINUX_O_SYNC);
    return error != 0 ? error : result;
}

/* As Linux does, a file opened with O_APPEND appends whatever offset pwrite() is given. */
static long write_at(struct open_file *file, const void *data, size_t size, uint64_t offset)
{
    struct vnode *vnode = of(file)->vnode;
    long result;

    files_lock(vnode);
    if (file->flags & LINUX_O_APPEND)
        offset = size_of(vnode);
    result = write_locked(file, data, size, offset);
    files_unlock(vnode);
    return written(file, result);
}

static long write(struct open_file *file, const void *data, size_t size)
{
    struct vnode_file *self = of(file);
    long result;

    files_lock(self->vnode);
    if (file->flags & LINUX_O_APPEND)
        self->position = size_of(self->vnode);
    result = write_locked(file, data, size, self->position);
    if (result > 0)
        self->position += (uint64_t)result;
    files_unlock(self->vnode);
    return written(file, result);
}

static int64_t seek(struct open_file *file, int64_t offset, int whence)
{
    struct vnode_file *self = of(file);
    uint64_t base = 0;
    int64_t result;

    if (file->flags & LINUX_O_PATH)
        return -EBADF;
    if (whence == LINUX_SEEK_CUR)
        base = self->position;
    else if (whence == LINUX_SEEK_END)
        base = size_of(self->vnode);
    else if (whence != LINUX_SEEK_SET)
        return -EINVAL;
    if (__builtin_add_overflow((int64_t)base, offset, &result))
        return -EOVERFLOW;
    if (result < 0)
        return -EINVAL;
    self->position = (uint64_t)result;
    return result;
}

static long control(struct open_file *file, unsigned long request, void *argument)
{
    struct vnode_file *self = of(file);

#ifdef CONFIG_LIB_FS_TRIM
    if ((uint32_t)request == FILES_FITRIM)
        return files_trim(self->vnode, argument);
#endif
    if (request != LINUX_FIONREAD || self->vnode->type != VNODE_FILE)
        return -ENOTTY;
    *(int *)argument = (int)(size_of(self->vnode) - self->position);
    return 0;
}

#ifdef CONFIG_LIB_SENDFILE
static long view(struct open_file *file, size_t size, uint64_t offset, const void **data, bool *lasting)
{
    struct vnode *vnode = of(file)->vnode;

    if (vnode->type != VNODE_FILE || vnode->ops->view == NULL)
        return -EINVAL;
    tell_if_any(file, (long)size, LINUX_IN_ACCESS);
    return vnode->ops->view(vnode, size, offset, data, lasting);
}
#endif

int files_sync(struct vnode_file *file, bool data_only)
{
    struct vnode *vnode = file->vnode;
    int error = vnode->ops->sync != NULL ? vnode->ops->sync(vnode, data_only) : 0;

#ifdef CONFIG_LIB_PAGE_CACHE
    /* What failed before, when nobody was there to hear of it, is told once to everyone who has it open. */
    if (vnode->pages != NULL) {
        int earlier = page_cache_error(vnode, &file->errors_seen);

        error = error != 0 ? error : earlier;
    }
#endif
    return error;
}

static int sync(struct open_file *file, bool data_only)
{
    return files_sync(of(file), data_only);
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    files_stat(of(file)->vnode, values);
}

static void release(struct open_file *file)
{
#ifdef CONFIG_LIB_INOTIFY
    if (!(file->flags & LINUX_O_PATH))
        files_tell(of(file), (file->flags & LINUX_O_ACCMODE) == LINUX_O_RDONLY ? LINUX_IN_CLOSE_NOWRITE
                                                                               : LINUX_IN_CLOSE_WRITE);
    inotify_place_put(of(file)->place);
#endif
    files_put(of(file)->vnode);
    heap_free(file);
}

static const struct open_file_ops operations = {
    .read = read,
    .write = write,
    .read_at = read_at,
    .write_at = write_at,
    .seek = seek,
    .control = control,
    .sync = sync,
#ifdef CONFIG_LIB_SENDFILE
    .view = view,
#endif
    .stat = stat,
    .release = release,
};

static long sync_file(long fd, bool data_only)
{
    struct open_file *file = fd_get(fd);
    int error;

    if (file == NULL)
        return -EBADF;
    if (file->flags & LINUX_O_PATH)
        error = -EBADF;
    else
        error = file->ops->sync != NULL ? file->ops->sync(file, data_only) : -EINVAL;
    fd_put(file);
    return error;
}

long sys_fsync(long fd)
{
    return sync_file(fd, false);
}

long sys_fdatasync(long fd)
{
    return sync_file(fd, true);
}
