/*
 * Who watches what, and telling them. The order of the events of one step is that of Linux's
 * include/linux/fsnotify.h and fs/dcache.c.
 */
#include "inotify_parts.h"

#include <heap.h>

#define BUCKETS 64u

size_t inotify_watch_count;

static struct inotify_watch *buckets[BUCKETS];

static struct inotify_watch **bucket_of(const struct vnode *vnode)
{
    return &buckets[((uintptr_t)vnode >> 6 ^ (uintptr_t)vnode >> 12) % BUCKETS];
}

struct inotify_watch *inotify_find(struct inotify *inotify, const struct vnode *vnode)
{
    struct inotify_watch *watch = *bucket_of(vnode);

    while (watch != NULL && (watch->vnode != vnode || watch->inotify != inotify))
        watch = watch->next;
    return watch;
}

struct inotify_watch *inotify_watch_new(struct inotify *inotify, struct vnode *vnode, uint32_t mask)
{
    struct inotify_watch **bucket = bucket_of(vnode), *watch = heap_alloc(sizeof(*watch));

    if (watch == NULL) {
        vnode_put(vnode);
        return NULL;
    }
    *watch = (struct inotify_watch){
        .next = *bucket,
        .next_own = inotify->watches,
        .inotify = inotify,
        .vnode = vnode,
        .number = ++inotify->last_watch,
        .mask = mask,
    };
    *bucket = inotify->watches = watch;
    inotify_watch_count++;
    return watch;
}

void inotify_unwatch(struct inotify_watch *watch, bool told)
{
    struct inotify_watch **place = bucket_of(watch->vnode);

    if (told)
        inotify_queue(watch->inotify, watch->number, LINUX_IN_IGNORED, 0, NULL);
    while (*place != watch)
        place = &(*place)->next;
    *place = watch->next;
    place = &watch->inotify->watches;
    while (*place != watch)
        place = &(*place)->next_own;
    *place = watch->next_own;
    inotify_watch_count--;
    vnode_put(watch->vnode);
    heap_free(watch);
}

/* To those who watch `watched`, what has happened to it, or in it to what has `name`. */
static void tell(struct vnode *watched, uint32_t mask, uint32_t cookie, const char *name, bool removed)
{
    struct inotify_watch *next;

    for (struct inotify_watch *watch = *bucket_of(watched); watch != NULL; watch = next) {
        next = watch->next;
        if (watch->vnode != watched || !(watch->mask & mask & LINUX_IN_ALL_EVENTS) ||
            (removed && (watch->mask & LINUX_IN_EXCL_UNLINK)))
            continue;
        inotify_queue(watch->inotify, watch->number, mask, cookie, name);
        if (watch->mask & LINUX_IN_ONESHOT)
            inotify_unwatch(watch, true);
    }
}

static uint32_t kind(const struct vnode *vnode)
{
    return vnode->type == VNODE_DIRECTORY ? LINUX_IN_ISDIR : 0;
}

void inotify_tell_watchers(struct vnode *vnode, const struct inotify_place *place, uint32_t event)
{
    /* Of a file without a name, attributes are told to those who want no more, too: Linux knows them by their
     * inode. */
    bool removed = place != NULL && place->removed && event != LINUX_IN_ATTRIB;

    if (place != NULL && place->directory != NULL)
        tell(place->directory, event | kind(vnode), 0, place->name, removed);
    tell(vnode, event | kind(vnode), 0, NULL, removed);
}

void inotify_made(struct vnode *directory, const char *name, struct vnode *vnode)
{
    if (inotify_watch_count != 0)
        tell(directory, LINUX_IN_CREATE | kind(vnode), 0, name, false);
}

void inotify_linked(struct vnode *directory, const char *name, struct vnode *vnode)
{
    if (inotify_watch_count == 0)
        return;
    tell(vnode, LINUX_IN_ATTRIB, 0, NULL, false);
    tell(directory, LINUX_IN_CREATE, 0, name, false);
}

/* Nobody can reach the file any more. */
static void end(struct vnode *vnode)
{
    struct inotify_watch *next;

    for (struct inotify_watch *watch = *bucket_of(vnode); watch != NULL; watch = next) {
        next = watch->next;
        if (watch->vnode != vnode)
            continue;
        if (watch->mask & LINUX_IN_DELETE_SELF)
            inotify_queue(watch->inotify, watch->number, LINUX_IN_DELETE_SELF, 0, NULL);
        inotify_unwatch(watch, true);
    }
}

static bool is_watched(const struct vnode *vnode)
{
    const struct inotify_watch *watch = *bucket_of(vnode);

    while (watch != NULL && watch->vnode != vnode)
        watch = watch->next;
    return watch != NULL;
}

/* As Linux has it, whoever has the file open by another name does not keep it. */
void inotify_lost_name(struct vnode *vnode)
{
    struct vnode_attributes attributes;

    if (!is_watched(vnode))
        return;
    vnode->ops->get(vnode, &attributes);
    if (vnode->type == VNODE_DIRECTORY || attributes.links == 0)
        end(vnode);
}

void inotify_removed(struct vnode *directory, const char *name, struct vnode *vnode)
{
    uint32_t mask = LINUX_IN_DELETE | kind(vnode);
    bool open = inotify_unname_places(directory, name, vnode);

    if (inotify_watch_count == 0)
        return;
    if (vnode->type != VNODE_DIRECTORY)
        tell(vnode, LINUX_IN_ATTRIB, 0, NULL, false);
    if (!open)
        inotify_lost_name(vnode);
    tell(directory, mask, 0, name, false);
}

static void moved(struct vnode *from, const char *name, struct vnode *vnode, struct vnode *to,
                  const char *new_name, struct vnode *replaced)
{
    static uint32_t cookie;

    cookie++;
    tell(from, LINUX_IN_MOVED_FROM | kind(vnode), cookie, name, false);
    tell(to, LINUX_IN_MOVED_TO | kind(vnode), cookie, new_name, false);
    if (replaced != NULL)
        tell(replaced, LINUX_IN_ATTRIB | kind(replaced), 0, NULL, false);
    tell(vnode, LINUX_IN_MOVE_SELF, 0, NULL, false);
}

void inotify_renamed(struct vnode *from, const char *name, struct vnode *vnode, struct vnode *to,
                     const char *new_name, struct vnode *other, bool exchanged)
{
    bool open = false;

    if (exchanged)
        inotify_move_places(to, new_name, other, from, name);
    else if (other != NULL)
        open = inotify_unname_places(to, new_name, other);
    inotify_move_places(from, name, vnode, to, new_name);
    if (inotify_watch_count == 0)
        return;
    moved(from, name, vnode, to, new_name, exchanged ? NULL : other);
    if (exchanged)
        moved(to, new_name, other, from, name, NULL);
    else if (other != NULL && !open)
        inotify_lost_name(other);
}
