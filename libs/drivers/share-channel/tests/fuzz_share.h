/*
 * A fuzz target of a file system on a channel: the input is what the server answers. The target says which
 * file system (`fuzzed`), and has the server (fake_share.h), which takes bytes of the input by next().
 */
#pragma once

#include "fake_share.h"

#include <fs.h>
#include <vnode.h>

extern const struct fs_type *const fuzzed;

static const uint8_t *input;
static size_t left;

static unsigned next(void)
{
    return left > 0 ? (left--, *input++) : 0;
}

static bool taken(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                  uint64_t offset)
{
    char copy[VNODE_NAME_MAX];

    (void)inode, (void)type, (void)offset;
    memcpy(copy, name, length);
    return ++*(unsigned *)context < 50;
}

static void use(struct vnode *root)
{
    static unsigned char data[9000];
    struct vnode *file = NULL, *made = NULL;
    struct vnode_attributes attributes;
    struct vnode_statfs fs;
    unsigned seen = 0;

    if (root->ops->lookup(root, "a", 1, &file) == 0) {
        long size = sizeof data;

        if (file->type == VNODE_FILE || file->type == VNODE_SYMLINK) {
            size = file->ops->read(file, data, sizeof data, 3);
            assert(size <= (long)sizeof data);
        }
        if (file->type == VNODE_FILE)
            assert(file->ops->write(file, data, 100, 0) <= 100);
        fake_now += UINT64_C(1000000000);
        file->ops->get(file, &attributes);
        assert((attributes.mode & VNODE_TYPE_MASK) == file->type);
        if (file->type == VNODE_DIRECTORY)
            file->ops->entries(file, 0, taken, &seen);
        root->ops->unlink(root, "a", 1, file);
    }
    root->ops->entries(root, 0, taken, &seen);
    if (root->ops->create(root, "m", 1, &(struct vnode_new){.mode = VNODE_FILE}, &made) == 0)
        root->ops->rename(root, "m", 1, made, root, "n", 1, NULL, 0);
    vnode_put(made);
    made = NULL;
    root->ops->create(root, "d", 1, &(struct vnode_new){.mode = VNODE_DIRECTORY}, &made);
    root->ops->statfs(root, &fs);
    root->ops->sync(root, false);
    vnode_put(made);
    vnode_put(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct vnode *root;

    input = bytes;
    left = size;
    fake_begin();
    if (fuzzed->mount(NULL, NULL, &root) == 0) {
        use(root);
        fuzzed->unmount(root);
    }
    assert(fake_blocks == 0 && !fake_channel.mounted);
    return 0;
}
