/*
 * For root file systems that come from an archive in memory.
 *
 * initrd_fill() gives the new file its content: the bytes where they lie if the file system can use them
 * there (they then have to stay), else a copy. 0 or a negated errno.
 *
 * initrd_complain() says on the console what is wrong with the archive, and returns `error`.
 */
#pragma once

#include <console.h>
#include <errno.h>
#include <string.h>
#include <vnode.h>

static inline int initrd_fill(struct vnode *file, const void *data, size_t size)
{
    long written;

    if (file->ops->adopt != NULL)
        return file->ops->adopt(file, data, size);
    for (size_t done = 0; done < size; done += (size_t)written) {
        written = file->ops->write(file, (const char *)data + done, size - done, done);
        if (written <= 0)
            return written < 0 ? (int)written : -ENOSPC;
    }
    return 0;
}

static inline int initrd_complain(const char *what, const char *name, int error)
{
    console_write("initrd: ", 8);
    console_write(what, strlen(what));
    console_write(name, strlen(name));
    console_write("\n", 1);
    return error;
}
