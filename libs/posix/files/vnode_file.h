/*
 * An open file description that refers to a vnode.
 */
#pragma once

#include <config.h>
#include <fd_table.h>
#include <vnode.h>
#ifdef CONFIG_LIB_INOTIFY
#include <inotify_events.h>
#include <linux_inotify.h>
#endif
#ifdef CONFIG_LIB_NAME_CACHE
#include <name_cache.h>
#endif
#ifdef CONFIG_LIB_PAGE_CACHE
#include <page_cache.h>
#endif
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

struct vnode_file {
    struct open_file file;
    struct vnode *vnode;
    unsigned errors_seen; /* of writing back: page_cache.h */
    uint64_t position;    /* of a directory: 0 is ".", 1 is "..", 2 + n is the file system's cookie n */
#ifdef CONFIG_LIB_INOTIFY
    struct inotify_place *place; /* where it was opened; NULL: nobody knows */
#endif
};

/* Memory for a file that is about to be opened; freed by heap_free() or, once it has a vnode, by its last
 * fd_put(). */
struct vnode_file *files_new(unsigned flags);

/*
 * The file that a descriptor refers to, a reference counted. NULL and an error (-EBADF, or `otherwise` if it
 * is open but no vnode stands behind it).
 */
struct vnode_file *files_get(long fd, int otherwise, int *error);

#ifdef CONFIG_LIB_FS_TRIM
#define FILES_FITRIM 0xc0185879u /* _IOWR('X', 121, struct fstrim_range): include/uapi/linux/fs.h */
long files_trim(struct vnode *vnode, void *argument);
#endif

/* What stat(2) shows of a vnode. */
void files_stat(struct vnode *vnode, struct linux_stat_values *values);

/*
 * Where the search for `path` begins, for calls with a directory descriptor: NULL for the working directory,
 * or a counted reference. 0, -EFAULT, -EBADF or -ENOTDIR.
 */
int files_start(long directory, const char *path, struct vnode **start);

/* What a path names, or with LINUX_AT_EMPTY_PATH in `flags` and an empty path, what the descriptor refers to.
 */
#ifdef CONFIG_LIB_USERS
#define FILES_AS_REAL (1u << 31) /* in `flags`: the real user looks */
#else
#define FILES_AS_REAL 0u
#endif
int files_lookup(long directory, const char *path, unsigned flags, struct vnode **found);

/*
 * In images with inotify, who watches is told what happens to files: events are those of linux_inotify.h.
 * files_find() is files_lookup(), and remembers where that was, to be given back by files_told(), which tells
 * what was changed if `error` is 0: VNODE_SET_..., nothing if `which` is 0.
 */
struct files_found {
    struct vnode *vnode;
#ifdef CONFIG_LIB_INOTIFY
    struct inotify_place *place;
#endif
};

#ifdef CONFIG_LIB_INOTIFY
int files_find(long directory, const char *path, unsigned flags, struct files_found *found);
void files_told(struct files_found *found, int error, unsigned which);
void files_tell_set(struct vnode *vnode, const struct inotify_place *place, unsigned which);
#define files_tell(file, event) inotify_tell((file)->vnode, (file)->place, event)
#define files_tell_change(file, which) files_tell_set((file)->vnode, (file)->place, which)
#else
static inline int files_find(long directory, const char *path, unsigned flags, struct files_found *found)
{
    return files_lookup(directory, path, flags, &found->vnode);
}
static inline void files_told(const struct files_found *found, int error, unsigned which)
{
    (void)found, (void)error, (void)which;
}
#define files_tell(file, event) ((void)0)
#define files_tell_change(file, which) ((void)0)
#endif

/* While it is locked nobody else moves a position in this file, appends to it or cuts it. Only where file
 * systems wait does that need anything. */
#ifdef CONFIG_LIB_NAME_CACHE
#define files_lock(vnode) name_cache_lock(vnode)
#define files_unlock(vnode) name_cache_unlock(vnode)
#else
#define files_lock(vnode) ((void)0)
#define files_unlock(vnode) ((void)0)
#endif

/* Gives back what was opened. */
static inline void files_put(struct vnode *vnode)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    page_cache_put(vnode);
#else
    vnode_put(vnode);
#endif
}

/* A file has been opened: errors of before are not its. */
static inline void files_opened(struct vnode_file *file)
{
#ifdef CONFIG_LIB_PAGE_CACHE
    if (file->vnode->pages != NULL)
        file->errors_seen = page_cache_error_now(file->vnode);
#else
    (void)file;
#endif
}

/* What fsync(2) does. 0 or an error. */
int files_sync(struct vnode_file *file, bool data_only);

/* ownership.c: the caller writes to a file, or cuts it. Only in images with users. */
void files_take_rights(struct vnode *vnode);

/* Permissions of a new file after umask(2). */
uint32_t files_masked(long mode);
