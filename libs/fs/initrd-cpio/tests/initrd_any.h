/*
 * Whatever the bytes: an error or a tree that can be walked and written, and the archive is never written to.
 */
#pragma once

#include "initrd.h"

struct walk {
    struct vnode *directory;
    unsigned depth;
};

static bool visit(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                  uint64_t next)
{
    const struct walk *walk = context;
    struct vnode *child;
    char buffer[64];

    (void)inode;
    (void)next;
    assert(length != 0 && length <= VNODE_NAME_MAX && memchr(name, '/', length) == NULL);
    assert(walk->directory->ops->lookup(walk->directory, name, length, &child) == 0);
    assert(child->type == type);
    if (type == VNODE_DIRECTORY) {
        struct walk deeper = {child, walk->depth + 1};
        assert(walk->depth < 1000);
        child->ops->entries(child, 0, visit, &deeper);
    } else {
        child->ops->read(child, buffer, sizeof buffer, 0);
        if (type == VNODE_FILE)
            assert(child->ops->write(child, "x", 1, 3) == 1);
    }
    vnode_put(child);
    return true;
}

static void unpack_anything(const uint8_t *data, size_t size)
{
    struct walk walk = {.depth = 0};
    uint8_t *copy = malloc(size + 1);

    memcpy(copy, data, size);
    assert(vfs_init() == 0);
    if (unpack(data, size) == 0)
        assert(console_text[0] == '\0');
    walk.directory = vfs_root();
    walk.directory->ops->entries(walk.directory, 0, visit, &walk);
    assert(memcmp(copy, data, size) == 0);
    free(copy);
    fake_reset();
}
