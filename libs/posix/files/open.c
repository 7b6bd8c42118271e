/*
 * Opening and creating files.
 */
#include "vnode_file.h"

#include "mapped.h"

#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <vfs.h>
#ifdef CONFIG_LIB_DEVFS
#include <devfs.h>
#endif
#ifdef CONFIG_LIB_FIFO
#include <fifo.h>
#endif
#ifdef CONFIG_LIB_SHARE_CACHE
#include <share_cache.h>
#endif

#define STATUS_FLAGS                                                                                         \
    (LINUX_O_ACCMODE | LINUX_O_APPEND | LINUX_O_NONBLOCK | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW |            \
     LINUX_O_PATH | LINUX_O_SYNC | LINUX_O_DIRECT)

static uint32_t mask = 022; /* umask(2) */

long sys_umask(long new_mask)
{
    uint32_t old = mask;

    mask = (uint32_t)new_mask & 0777;
    return old;
}

uint32_t files_masked(long mode)
{
    return (uint32_t)mode & 07777 & ~mask;
}

static bool writes(unsigned flags)
{
    return (flags & LINUX_O_ACCMODE) != LINUX_O_RDONLY || (flags & LINUX_O_TRUNC);
}

/* Whether what stands there may be opened so. */
static int check(struct vnode *vnode, unsigned flags)
{
    if ((flags & LINUX_O_DIRECTORY) && vnode->type != VNODE_DIRECTORY)
        return -ENOTDIR;
    if (vnode->type == VNODE_SYMLINK)
        return flags & LINUX_O_PATH ? 0 : -ELOOP;
    if (vnode->type == VNODE_DIRECTORY && (writes(flags) || (flags & LINUX_O_CREAT)) &&
        !(flags & LINUX_O_PATH))
        return -EISDIR;
    if (flags & LINUX_O_PATH)
        return 0;
    return vfs_may_open(vnode, (flags & LINUX_O_ACCMODE) != LINUX_O_WRONLY, writes(flags));
}

#ifdef CONFIG_LIB_INOTIFY
/* Who hears of the file: what is found is the vnode of one that is being opened. */
static void remember(struct vnode **found, const struct vfs_place *place)
{
    struct vnode_file *file = (struct vnode_file *)((char *)found - offsetof(struct vnode_file, vnode));

    file->place = place != NULL && vfs_place_is_name(place)
                      ? inotify_place_new(place->directory, place->name, *found)
                      : inotify_place_new(NULL, NULL, *found);
}

static void tell(struct vnode **found, uint32_t event)
{
    const struct vnode_file *file =
        (const struct vnode_file *)((char *)found - offsetof(struct vnode_file, vnode));

    if ((*found)->type == VNODE_FILE || (*found)->type == VNODE_DIRECTORY)
        files_tell(file, event);
}
#endif

/* The file at a path, made if there is none. `fresh` says whether it was made. */
static int find_or_create(struct vnode *start, const char *path, unsigned flags, uint32_t mode,
                          struct vnode **found, bool *fresh)
{
    const struct vnode_new what = {.mode = VNODE_FILE | mode, .time = VNODE_NOW};
    unsigned how = flags & (LINUX_O_NOFOLLOW | LINUX_O_EXCL) ? 0 : VFS_FOLLOW;
    struct vfs_place place;
    int error = vfs_find(start, path, how | VFS_CHANGE, &place);

    if (error != 0)
        return error;
    if (place.slash && vfs_place_is_name(&place)) {
        error = -EISDIR;
    } else if (place.vnode == NULL) {
        error = vfs_make_at(&place, &what, found);
        *fresh = true;
    } else if (flags & LINUX_O_EXCL) {
        error = -EEXIST;
    } else {
        error = check(place.vnode, flags);
        if (error == 0)
            *found = vnode_get(place.vnode);
    }
#ifdef CONFIG_LIB_INOTIFY
    if (error == 0)
        remember(found, &place);
#endif
    vfs_place_put(&place);
    return error;
}

static int find(struct vnode *start, const char *path, unsigned flags, struct vnode **found)
{
#ifdef CONFIG_LIB_INOTIFY
    struct vfs_place place;
    int error = vfs_lookup_place(start, path, flags & LINUX_O_NOFOLLOW ? 0 : VFS_FOLLOW, &place);

    if (error != 0)
        return error;
    error = check(place.vnode, flags);
    if (error == 0) {
        *found = vnode_get(place.vnode);
        remember(found, &place);
    }
    vfs_place_put(&place);
    return error;
#else
    int error = vfs_lookup(start, path, flags & LINUX_O_NOFOLLOW ? 0 : VFS_FOLLOW, found);

    if (error != 0)
        return error;
    error = check(*found, flags);
    if (error != 0)
        vnode_put(*found);
    return error;
#endif
}

static int cut(struct vnode *vnode)
{
    const struct vnode_attributes empty = {.size = 0};
    int error;

    if (vnode->type != VNODE_FILE)
        return 0;
    files_lock(vnode);
    error = vfs_set_attributes(vnode, &empty, VNODE_SET_SIZE);
#ifdef CONFIG_LIB_USERS
    if (error == 0)
        files_take_rights(vnode);
#endif
    if (error == 0)
        files_mapped_cut(vnode);
    files_unlock(vnode);
    return error;
}

static int open_path(struct vnode *start, const char *path, unsigned flags, uint32_t mode,
                     struct vnode **found)
{
    bool fresh = false;
    int error;

#ifdef CONFIG_LIB_SHARE_CACHE
    share_cache_opening();
#endif
    if ((flags & LINUX_O_TMPFILE) == LINUX_O_TMPFILE) {
        const struct vnode_new what = {.mode = VNODE_FILE | mode, .time = VNODE_NOW};

        fresh = true;
        error = writes(flags) ? vfs_make_nameless(start, path, &what, found) : -EINVAL;
#ifdef CONFIG_LIB_INOTIFY
        if (error == 0)
            remember(found, NULL);
#endif
    } else {
        if (flags & LINUX_O_PATH)
            flags &= LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW;
        error = flags & LINUX_O_CREAT ? find_or_create(start, path, flags, mode, found, &fresh)
                                      : find(start, path, flags, found);
    }
#ifdef CONFIG_LIB_PAGE_CACHE
    if (error == 0 && !(flags & LINUX_O_PATH)) {
        error = page_cache_attach(*found);
        if (error != 0)
            vnode_put(*found);
    }
#endif
#ifdef CONFIG_LIB_INOTIFY
    if (error == 0 && !(flags & LINUX_O_PATH))
        tell(found, LINUX_IN_OPEN);
#endif
    if (error != 0 || fresh || !(flags & LINUX_O_TRUNC))
        return error;
    error = cut(*found);
#ifdef CONFIG_LIB_INOTIFY
    tell(found, error == 0 ? LINUX_IN_MODIFY : LINUX_IN_CLOSE_WRITE);
#endif
    if (error != 0)
        files_put(*found);
    return error;
}

/*
 * What `file` is as an open file: itself, or of what is no file of bytes, what stands for it; then `file` is
 * given back.
 */
static int become(struct vnode_file *file, struct open_file **opened)
{
    uint32_t type = file->vnode->type;
    int error = -ENXIO;

    *opened = &file->file;
    if ((file->file.flags & LINUX_O_PATH) ||
        (type == VNODE_FILE || type == VNODE_DIRECTORY || type == VNODE_SYMLINK))
        return 0;
#ifdef CONFIG_LIB_DEVFS
    if (type == VNODE_DEVICE || type == VNODE_BLOCK_DEVICE)
        error = devfs_open(file->vnode, file->file.flags, opened);
#endif
#ifdef CONFIG_LIB_FIFO
    if (type == VNODE_FIFO)
        error = fifo_open(file->vnode, file->file.flags, opened);
#endif
#ifdef CONFIG_LIB_INOTIFY
    inotify_place_put(file->place); /* who reads and writes it does not tell of it */
    file->place = NULL;
#endif
    vnode_put(file->vnode);
    if (error == 0)
        heap_free(file);
    return error;
}

long sys_openat(long directory, long path, long raw_flags, long mode)
{
    unsigned flags = linux_open_flags((unsigned)raw_flags);
    struct open_file *opened;
    struct vnode_file *file;
    struct vnode *start;
    int error = files_start(directory, (const char *)path, &start);
    long fd;

    if (error != 0)
        return error;
    fd = fd_reserve(0, flags & LINUX_O_CLOEXEC);
    file = files_new(flags & STATUS_FLAGS);
    if (fd < 0)
        error = (int)fd;
    else if (file == NULL)
        error = -ENOMEM;
    else
        error = open_path(start, (const char *)path, flags, files_masked(mode), &file->vnode);
    vnode_put(start);
    if (error == 0) {
        files_opened(file);
        error = become(file, &opened);
    }
    if (error == 0) {
        fd_fill(fd, opened);
        return fd;
    }
    if (fd >= 0)
        fd_cancel(fd);
#ifdef CONFIG_LIB_INOTIFY
    if (file != NULL)
        inotify_place_put(file->place);
#endif
    heap_free(file);
    return error;
}

long sys_open(long path, long flags, long mode)
{
    return sys_openat(LINUX_AT_FDCWD, path, flags, mode);
}
