/*
 * Files of the file system by their paths, with the checks that the vfs makes.
 */
#pragma once

#include "host.h"

#include <vnode.h>

#define SLOTS 16

static struct vnode *root, *slots[SLOTS]; /* slots: files that are held open */

/* The directory and the last name of a path, with a reference. */
static int parent_of(const char *path, struct vnode **dir, const char **name, size_t *length)
{
    *dir = vnode_get(root);
    for (;;) {
        size_t n;
        struct vnode *next;
        int error;

        while (*path == '/')
            path++;
        n = strcspn(path, "/");
        if (path[n] == '\0') {
            *name = path;
            *length = n;
            return 0;
        }
        error = (*dir)->type == VNODE_DIRECTORY ? (*dir)->ops->lookup(*dir, path, n, &next) : -ENOTDIR;
        vnode_put(*dir);
        if (error != 0)
            return error;
        *dir = next;
        if (next->type == VNODE_SYMLINK) { /* they lead nowhere */
            vnode_put(next);
            return -ENOENT;
        }
        path += n;
    }
}

static int find(const char *path, struct vnode **found)
{
    struct vnode *dir;
    const char *name;
    size_t length;
    int error;

    if (*path == '@') { /* a slot */
        *found = vnode_get(slots[atoi(path + 1)]);
        return 0;
    }
    error = parent_of(path, &dir, &name, &length);
    if (error != 0)
        return error;
    if (length == 0)
        *found = vnode_get(dir);
    else if (dir->type != VNODE_DIRECTORY)
        error = -ENOTDIR;
    else
        error = dir->ops->lookup(dir, name, length, found);
    vnode_put(dir);
    return error;
}

static int make(const char *path, uint32_t mode, uint32_t device, const char *target)
{
    struct vnode_new what = {.mode = mode,
                             .special_device = device,
                             .time = VNODE_NOW,
                             .user = 1000,
                             .group = 70000,
                             .target = target,
                             .target_length = target != NULL ? strlen(target) : 0};
    struct vnode *dir, *made;
    const char *name;
    size_t length;
    int error = parent_of(path, &dir, &name, &length);

    if (error != 0)
        return error;
    error = dir->type != VNODE_DIRECTORY ? -ENOTDIR : dir->ops->create(dir, name, length, &what, &made);
    if (error == 0)
        vnode_put(made);
    vnode_put(dir);
    return error;
}

static int remove_name(const char *path, bool directory)
{
    struct vnode *dir, *file;
    const char *name;
    size_t length;
    int error = find(path, &file);

    if (error != 0)
        return error;
    if (directory != (file->type == VNODE_DIRECTORY)) {
        vnode_put(file);
        return directory ? -ENOTDIR : -EISDIR;
    }
    parent_of(path, &dir, &name, &length);
    error = dir->ops->unlink(dir, name, length, file);
    vnode_put(dir);
    vnode_put(file);
    return error;
}

static int link_name(const char *old, const char *new)
{
    struct vnode *file, *dir, *there = NULL;
    const char *name;
    size_t length;
    int error = find(old, &file);

    if (error != 0)
        return error;
    error = parent_of(new, &dir, &name, &length);
    if (error == 0) {
        error = dir->type != VNODE_DIRECTORY ? -ENOTDIR : find(new, &there);
        if (error == 0)
            error = -EEXIST;
        else if (error == -ENOENT)
            error = file->type == VNODE_DIRECTORY ? -EPERM : dir->ops->link(dir, name, length, file);
        vnode_put(there);
        vnode_put(dir);
    }
    vnode_put(file);
    return error;
}

static int is_inside(struct vnode *inner, struct vnode *outer)
{
    int inside = 0;

    vnode_get(inner);
    while (inner != root && inside == 0) {
        struct vnode *parent;
        inside = inner == outer;
        if (inner->ops->lookup(inner, "..", 2, &parent) != 0)
            break;
        vnode_put(inner);
        inner = parent;
    }
    vnode_put(inner);
    return inside;
}

/* With the checks that the vfs makes. */
static int rename_file(const char *old, const char *new, unsigned flags)
{
    struct vnode *from, *to, *file, *replaced = NULL;
    const char *name, *new_name;
    size_t length, new_length;
    int error = parent_of(old, &from, &name, &length);

    if (error != 0)
        return error;
    error = from->type != VNODE_DIRECTORY ? -ENOTDIR : parent_of(new, &to, &new_name, &new_length);
    if (error != 0) {
        vnode_put(from);
        return error;
    }
    error = to->type != VNODE_DIRECTORY ? -ENOTDIR : find(old, &file);
    if (error != 0) {
        vnode_put(from);
        vnode_put(to);
        return error;
    }
    error = find(new, &replaced);
    if (error == -ENOENT)
        error = 0;
    if (error == 0 && flags == VNODE_RENAME_EXCHANGE && replaced == NULL)
        error = -ENOENT;
    else if (error == 0 && file->type == VNODE_DIRECTORY && is_inside(to, file))
        error = -EINVAL;
    else if (error == 0 && replaced != NULL && replaced->type == VNODE_DIRECTORY && is_inside(from, replaced))
        error = flags == VNODE_RENAME_EXCHANGE ? -EINVAL : -ENOTEMPTY;
    else if (error == 0 && flags == 0 && replaced != NULL && replaced != file)
        error = replaced->type == VNODE_DIRECTORY && file->type != VNODE_DIRECTORY   ? -EISDIR
                : replaced->type != VNODE_DIRECTORY && file->type == VNODE_DIRECTORY ? -ENOTDIR
                                                                                     : 0;
    if (error == 0 && replaced != file)
        error = from->ops->rename(from, name, length, file, to, new_name, new_length, replaced, flags);
    vnode_put(from);
    vnode_put(to);
    vnode_put(file);
    vnode_put(replaced);
    return error;
}
