/*
 * Names in directories whose lookups cost: what was found, and what was not.
 *
 * Entries hold references to the directory and to the file. The vfs asks here before it asks the file system,
 * and says what it changes. At most NAME_CACHE_ENTRIES names are kept, those that were asked for last.
 *
 * name_cache_find() returns true when it knows: `*found` is then the file, a reference counted, or NULL:
 * there is none of that name. name_cache_put() remembers an answer (`vnode` NULL: there is none), unless
 * something was changed since name_cache_time() gave `time`, before the file system was asked.
 * name_cache_drop() forgets one name: it changes; name_cache_drop_directory() all names in a directory, which
 * goes; name_cache_drop_mount() all of a file system.
 *
 * name_cache_lock() waits until nobody else holds the lock of a file (VNODE_LOCKED), and takes it.
 *
 * name_cache_take() waits until nobody else changes names of this file system, and name_cache_give() ends
 * it.
 */
#pragma once

#include <mount_table.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

bool name_cache_find(struct vnode *directory, const char *name, size_t length, struct vnode **found);
uint64_t name_cache_time(void);
void name_cache_put(struct vnode *directory, const char *name, size_t length, struct vnode *vnode,
                    uint64_t time);
void name_cache_drop(struct vnode *directory, const char *name, size_t length);
void name_cache_drop_directory(struct vnode *directory);
void name_cache_drop_mount(const struct vfs_mount *mount);

void name_cache_lock(struct vnode *vnode);
void name_cache_unlock(struct vnode *vnode);

void name_cache_take(struct vfs_mount *mount);
void name_cache_give(struct vfs_mount *mount);
