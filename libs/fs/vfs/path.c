/*
 * What a path says, and from a directory back to its path: upwards, asking each parent for the name of its
 * child.
 */
#include "names.h"

bool vfs_path_climbs(const char *path)
{
    while (*path != '\0') {
        size_t length = 0;

        while (path[length] != '\0' && path[length] != '/')
            length++;
        if (length == 2 && path[0] == '.' && path[1] == '.')
            return true;
        path += length;
        while (*path == '/')
            path++;
    }
    return false;
}

/* The path grows from the buffer's end to its beginning. */
struct writer {
    char *buffer;
    size_t at; /* where the path begins so far */
    uint64_t inode;
    long error;
};

static void put_before(struct writer *writer, const char *text, size_t length)
{
    if (length > writer->at) {
        writer->error = -ERANGE;
        return;
    }
    writer->at -= length;
    memcpy(writer->buffer + writer->at, text, length);
}

static bool take(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                 uint64_t next_cookie)
{
    struct writer *writer = context;

    (void)next_cookie;
    if (inode != writer->inode || type != VNODE_DIRECTORY)
        return true;
    writer->error = 0;
    put_before(writer, name, length);
    put_before(writer, "/", 1);
    return false;
}

long vfs_path_of(struct vnode *directory, char *buffer, size_t size)
{
    struct writer writer = {.buffer = buffer, .at = size};

    put_before(&writer, "", 1);
    if (directory == vfs_root())
        put_before(&writer, "/", 1);
    vnode_get(directory);
    while (directory != vfs_root() && writer.error == 0) {
        struct vnode_attributes attributes;
        struct vnode *parent;

#ifdef CONFIG_LIB_MOUNT_TABLE
        parent = mount_table_up(directory);
        if (parent != directory) {
            vnode_get(parent);
            vnode_put(directory);
            directory = parent;
            continue;
        }
#endif
        writer.error = directory->ops->lookup(directory, "..", 2, &parent);
        if (writer.error == 0)
            vfs_settle(directory, parent);
        if (writer.error != 0)
            break;
        directory->ops->get(directory, &attributes);
        writer.inode = attributes.inode;
        writer.error = -ENOENT; /* until it is found */
        parent->ops->entries(parent, 0, take, &writer);
        vnode_put(directory);
        directory = parent;
    }
    vnode_put(directory);
    if (writer.error != 0)
        return writer.error;
    memmove(buffer, buffer + writer.at, size - writer.at);
    return (long)(size - writer.at);
}
