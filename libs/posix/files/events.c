/*
 * What inotify is told of changed attributes, and of files that are found by name.
 */
#include "vnode_file.h"

#ifdef CONFIG_LIB_INOTIFY /* host programs compile every file */

#include <errno.h>
#include <linux_file.h>
#include <vfs.h>

/* Linux's include/linux/fsnotify.h, fsnotify_change(): which events are one change. */
void files_tell_set(struct vnode *vnode, const struct inotify_place *place, unsigned which)
{
    const unsigned times = which & (VNODE_SET_ACCESS_TIME | VNODE_SET_MODIFICATION_TIME);
    uint32_t event = 0;

    if (which & (VNODE_SET_USER | VNODE_SET_GROUP | VNODE_SET_MODE))
        event |= LINUX_IN_ATTRIB;
    if (which & VNODE_SET_SIZE)
        event |= LINUX_IN_MODIFY;
    if (times == (VNODE_SET_ACCESS_TIME | VNODE_SET_MODIFICATION_TIME))
        event |= LINUX_IN_ATTRIB;
    else if (times == VNODE_SET_ACCESS_TIME)
        event |= LINUX_IN_ACCESS;
    else if (times != 0)
        event |= LINUX_IN_MODIFY;
    if (event != 0)
        inotify_tell(vnode, place, event);
}

int files_find(long directory, const char *path, unsigned flags, struct files_found *found)
{
    struct vfs_place place;
    struct vnode *start;
    int error;

    found->place = NULL;
    if (path == NULL || *path == '\0') /* a descriptor */
        return files_lookup(directory, path, flags, &found->vnode);
    error = files_start(directory, path, &start);
    if (error != 0)
        return error;
    error = vfs_lookup_place(start, path, flags & LINUX_AT_SYMLINK_NOFOLLOW ? 0 : VFS_FOLLOW, &place);
    vnode_put(start);
    if (error != 0)
        return error;
    found->vnode = vnode_get(place.vnode);
    if (inotify_watch_count != 0 && vfs_place_is_name(&place))
        found->place = inotify_place_new(place.directory, place.name, place.vnode);
    vfs_place_put(&place);
    return 0;
}

void files_told(struct files_found *found, int error, unsigned which)
{
    if (error == 0 && which != 0)
        files_tell_set(found->vnode, found->place, which);
    inotify_place_put(found->place);
}
#endif
