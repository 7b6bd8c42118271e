/*
 * What the vfs and the system calls on files tell to whoever watches: inotify(7). Only in images with that
 * library, and all of these cost a comparison while nobody watches.
 *
 * Events are those of linux_inotify.h (LINUX_IN_...); that a file is a directory need not be said. Callers
 * hold the kernel's lock or there is only one thread. Nothing here waits or fails: what there is no memory
 * for is told as an overflow.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

/*
 * Where an open file, or one that is about to change, was found: watchers of its directory hear of it under
 * that name, also when it has moved or has lost the name since. Counted; holds the directory.
 */
struct inotify_place {
    struct inotify_place *next, *previous;
    struct vnode *directory; /* NULL: it has no name */
    struct vnode *vnode;     /* whoever holds the place holds that, too */
    bool removed;
    char *name;
};

/* NULL: there is no memory, and nobody but those who watch the file itself will hear of it. `directory` may
 * be NULL. */
struct inotify_place *inotify_place_new(struct vnode *directory, const char *name, struct vnode *vnode);

/* Gives a place back, NULL does nothing. The file may have ended with that. */
void inotify_place_put(struct inotify_place *place);

extern size_t inotify_watch_count;

/* Something has happened to the file; `place` may be NULL. */
void inotify_tell_watchers(struct vnode *vnode, const struct inotify_place *place, uint32_t event);

static inline void inotify_tell(struct vnode *vnode, const struct inotify_place *place, uint32_t event)
{
    if (inotify_watch_count != 0)
        inotify_tell_watchers(vnode, place, event);
}

/* Names have changed. `name` ends in a NUL. A directory is removed with its only name. */
void inotify_made(struct vnode *directory, const char *name, struct vnode *vnode);
void inotify_linked(struct vnode *directory, const char *name, struct vnode *vnode);
void inotify_removed(struct vnode *directory, const char *name, struct vnode *vnode);

/* `other` had the new name before (NULL: nobody), and has the old one now if they were exchanged. */
void inotify_renamed(struct vnode *from, const char *name, struct vnode *vnode, struct vnode *to,
                     const char *new_name, struct vnode *other, bool exchanged);
