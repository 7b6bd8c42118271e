/*
 * Kinds of file systems.
 *
 * Each provider defines one `const struct fs_type`; the selected ones are listed in the generated table.
 */
#pragma once

#include <vnode.h>

struct fs_type {
    const char *name; /* as in mount(2) */
    /*
     * Mounts a file system and gives a reference to its root. `source` says where it is (a device, a share)
     * and may be NULL for kinds that need none; `options` is a comma-separated list or NULL. Both are read
     * only during the call.
     */
    int (*mount)(const char *source, const char *options, struct vnode **root);
};

extern const struct fs_type *const fs_table[];
extern const size_t fs_table_count;
