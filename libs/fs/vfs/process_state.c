/*
 * Each process has a working directory of its own.
 */
#include <process_state.h>
#include <string.h>
#include <vfs.h>

static int copy(void *saved)
{
    struct vnode *directory = vnode_get(vfs_working_directory());

    memcpy(saved, &directory, sizeof(directory));
    return 0;
}

static void save(void *saved)
{
    struct vnode *directory = vfs_working_directory();

    memcpy(saved, &directory, sizeof(directory));
}

static void load(const void *saved)
{
    struct vnode *directory;

    memcpy(&directory, saved, sizeof(directory));
    vfs_exchange_working_directory(directory);
}

static void end(void)
{
    vnode_put(vfs_working_directory());
}

const struct process_state vfs_process_state = {
    .size = sizeof(struct vnode *),
    .copy = copy,
    .save = save,
    .load = load,
    .end = end,
};
