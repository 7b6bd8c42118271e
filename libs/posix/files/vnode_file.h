/*
 * An open file description that refers to a vnode.
 */
#pragma once

#include <fd_table.h>
#include <vnode.h>

struct vnode_file {
    struct open_file file;
    struct vnode *vnode;
    uint64_t position; /* of a directory: 0 is ".", 1 is "..", 2 + n is the file system's cookie n */
};

/* Memory for a file that is about to be opened; freed by heap_free() or, once it has a vnode, by its last
 * fd_put(). */
struct vnode_file *files_new(unsigned flags);

/*
 * The file that a descriptor refers to, a reference counted. NULL and an error (-EBADF, or `otherwise` if it
 * is open but no vnode stands behind it).
 */
struct vnode_file *files_get(long fd, int otherwise, int *error);

/* What stat(2) shows of a vnode. */
void files_stat(struct vnode *vnode, struct linux_stat_values *values);

/*
 * Where the search for `path` begins, for calls with a directory descriptor: NULL for the working directory,
 * or a counted reference. 0, -EFAULT, -EBADF or -ENOTDIR.
 */
int files_start(long directory, const char *path, struct vnode **start);

/* What a path names, or with LINUX_AT_EMPTY_PATH in `flags` and an empty path, what the descriptor refers to.
 */
int files_lookup(long directory, const char *path, unsigned flags, struct vnode **found);

/* Permissions of a new file after umask(2). */
uint32_t files_masked(long mode);
