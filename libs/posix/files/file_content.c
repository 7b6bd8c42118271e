#include "vnode_file.h"

#include <errno.h>
#include <file_content.h>
#include <linux_file.h>

long file_content_read(int fd, void *buffer, size_t size, uint64_t offset)
{
    int error;
    struct vnode_file *file = files_get(fd, -ENODEV, &error);
    long result;

    if (file == NULL)
        return error;
    if (file->file.flags & LINUX_O_PATH)
        result = -EBADF;
    else if ((file->file.flags & LINUX_O_ACCMODE) == LINUX_O_WRONLY)
        result = -EACCES;
    else if (file->vnode->type != VNODE_FILE)
        result = -ENODEV;
    else
        result = file->vnode->ops->read(file->vnode, buffer, size, offset);
    fd_put(&file->file);
    return result;
}
