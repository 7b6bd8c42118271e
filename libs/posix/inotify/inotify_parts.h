/*
 * An inotify descriptor, its watches, and the events that wait to be read.
 */
#pragma once

#include <fd_table.h>
#include <inotify_events.h>
#include <linux_inotify.h>
#include <readiness.h>
#include <vnode.h>

#define INOTIFY_EVENTS 16384 /* that wait, at most: fs.inotify.max_queued_events in Linux */

struct inotify_event {
    struct inotify_event *next;
    int32_t watch;
    uint32_t mask, cookie;
    uint32_t length; /* of the name behind it, with its NULs: 0, or a multiple of the size of an event */
};

static inline char *inotify_name_of(const struct inotify_event *event)
{
    return (char *)(event + 1);
}

struct inotify {
    struct open_file file;
    struct readiness readiness;
    struct inotify_event *first, *last;
    size_t count, bytes;           /* of the events, as they are read */
    struct inotify_event overflow; /* the last that is queued when something is lost */
    bool overflowed;               /* it is queued */
    struct inotify_watch *watches; /* by `next_own` */
    int32_t last_watch;            /* the number that was given last */
};

struct inotify_watch {
    struct inotify_watch *next;     /* with the same hash of the vnode */
    struct inotify_watch *next_own; /* of the same descriptor */
    struct inotify *inotify;
    struct vnode *vnode; /* a reference */
    int32_t number;
    uint32_t mask; /* of events, with LINUX_IN_ONESHOT and LINUX_IN_EXCL_UNLINK */
};

/* queue.c */
void inotify_queue(struct inotify *inotify, int32_t watch, uint32_t mask, uint32_t cookie, const char *name);
void inotify_drop_event(struct inotify *inotify); /* the first */

/* watches.c. The watch of a file, or NULL. */
struct inotify_watch *inotify_find(struct inotify *inotify, const struct vnode *vnode);

/* A new one; takes over the reference. NULL: there is no memory. */
struct inotify_watch *inotify_watch_new(struct inotify *inotify, struct vnode *vnode, uint32_t mask);

/* Ends a watch; `told`: its last event is IN_IGNORED. */
void inotify_unwatch(struct inotify_watch *watch, bool told);

/* A name of a file is gone for everybody: if it was the last, so is the file, and its watches end. */
void inotify_lost_name(struct vnode *vnode);

/*
 * places.c. Places of a file that was found so go where it is now, or are without a name from now on: then
 * whether there are any, that is, whether somebody has the file open.
 */
void inotify_move_places(struct vnode *directory, const char *name, struct vnode *vnode, struct vnode *to,
                         const char *new_name);
bool inotify_unname_places(struct vnode *directory, const char *name, struct vnode *vnode);
