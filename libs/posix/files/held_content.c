/*
 * Files that are held for mappings of them: the vnode is what is held.
 */
#include "vnode_file.h"

#include <errno.h>
#include <file_content.h>
#include <linux_file.h>

static struct vnode *of(struct file_content *content)
{
    return (struct vnode *)content;
}

int file_content_hold(int fd, struct file_content **content, bool *writable)
{
    const struct vnode_attributes used = {.access_time = VNODE_NOW};
    int error;
    struct vnode_file *file = files_get(fd, -ENODEV, &error);

    if (file == NULL)
        return error;
    if (file->file.flags & LINUX_O_PATH)
        error = -EBADF;
    else if ((file->file.flags & LINUX_O_ACCMODE) == LINUX_O_WRONLY)
        error = -EACCES;
    else if (file->vnode->type != VNODE_FILE)
        error = -ENODEV;
    else
        error = 0;
    if (error == 0) {
        *writable = (file->file.flags & LINUX_O_ACCMODE) == LINUX_O_RDWR &&
                    !(file->file.flags & LINUX_O_APPEND) && file->vnode->ops->write != NULL;
        *content = (struct file_content *)vnode_get(file->vnode);
        if (file->vnode->ops->set != NULL) /* a mapping counts as a use, which POSIX wants to be seen */
            file->vnode->ops->set(file->vnode, &used, VNODE_SET_ACCESS_TIME);
    }
    fd_put(&file->file);
    return error;
}

void file_content_release(struct file_content *content)
{
    files_put(of(content));
}

long file_content_read_at(struct file_content *content, void *buffer, size_t size, uint64_t offset)
{
    return of(content)->ops->read(of(content), buffer, size, offset);
}

long file_content_write_at(struct file_content *content, const void *data, size_t size, uint64_t offset)
{
    if (of(content)->ops->write == NULL)
        return -EROFS;
    return of(content)->ops->write(of(content), data, size, offset);
}

uint64_t file_content_size(struct file_content *content)
{
    struct vnode_attributes attributes;

    of(content)->ops->get(of(content), &attributes);
    return attributes.size;
}
