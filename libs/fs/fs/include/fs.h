/*
 * Kinds of file systems.
 *
 * Each provider defines one `const struct fs_type`; the selected ones are listed in the generated table. A
 * library that provides the kind KIND also provides the capability `fs.KIND`, by which a recipe's `mounts:`
 * ask for it.
 */
#pragma once

#include <vnode.h>

struct fs_type {
    const char *name; /* as in mount(2) */
    /*
     * Mounts a file system and gives a reference to its root. `source` says where it is (a device, a share)
     * and may be NULL for kinds that need none; `options` is a comma-separated list or NULL. Both are read
     * only during the call. Options that hold for every kind ("ro" among them) have been noted by the vfs and
     * are in the list all the same: fs_option() finds the words, an unknown one is no error. With "ro"
     * nothing is written to the device. -ENODEV: there is no such device; -EINVAL: that is no file system of
     * this kind, or one that is damaged; -EBUSY, -EROFS, -EIO, -ENOMEM.
     */
    int (*mount)(const char *source, const char *options, struct vnode **root);
    /*
     * Ends it, and takes over the reference to the root. Everything has been written by `sync` before.
     * -EBUSY: somebody holds another vnode of it, or the root more than once; nothing has happened. The root
     * is gone when any other error comes back. NULL: it never ends.
     */
    int (*unmount)(struct vnode *root);
    /*
     * The application has ended, and everything has been written by `sync`: the device may say that it is not
     * in use. Files may still be open, and threads use them until the image is gone. NULL: nothing is to do.
     */
    void (*end)(struct vnode *root);
};

/*
 * Whether the word `name` is in a comma-separated list (NULL: empty). `value` (if not NULL) becomes what
 * stands behind its '=', `length` how long that is, 0 if there is no '='. Of a word that comes several times,
 * the last counts.
 */
static inline bool fs_option(const char *options, const char *name, const char **value, size_t *length)
{
    bool found = false;

    while (options != NULL && *options != '\0') {
        size_t n = 0, end;

        while (name[n] != '\0' && options[n] == name[n])
            n++;
        for (end = n; options[end] != '\0' && options[end] != ','; end++)
            ;
        if (name[n] == '\0' && (end == n || options[n] == '=')) {
            found = true;
            if (value != NULL) {
                *value = options + n + (end != n);
                *length = end - n - (end != n);
            }
        }
        while (*options != '\0' && *options != ',')
            options++;
        if (*options == ',')
            options++;
    }
    return found;
}

extern const struct fs_type *const fs_table[];
extern const size_t fs_table_count;
