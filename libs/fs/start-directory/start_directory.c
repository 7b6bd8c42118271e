/*
 * The working directory at the start: when the root is filled and everything is mounted.
 */
#include <application_end.h> /* whoever mounts: it comes before */
#include <config.h>
#include <panic.h>
#include <vfs.h>
#include <vnode.h>

int start_directory_init(void);

int start_directory_init(void)
{
    struct vnode *directory;
    int error = vfs_lookup(NULL, CONFIG_START_DIRECTORY, VFS_FOLLOW, &directory);

    if (error == 0) {
        error = vfs_set_working_directory(directory);
        vnode_put(directory);
    }
    if (error != 0)
        panic("start-directory: cannot start in %s: error %d", CONFIG_START_DIRECTORY, -error);
    return 0;
}
