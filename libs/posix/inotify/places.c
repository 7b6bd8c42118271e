/*
 * The names by which files were opened, and what becomes of them. They are kept also while nobody watches:
 * who begins later hears of files that are open already.
 */
#include "inotify_parts.h"

#include <heap.h>
#include <string.h>

static struct inotify_place *places;

static char *copy_of(const char *name)
{
    size_t size = strlen(name) + 1;
    char *copy = heap_alloc(size);

    return copy != NULL ? memcpy(copy, name, size) : NULL;
}

struct inotify_place *inotify_place_new(struct vnode *directory, const char *name, struct vnode *vnode)
{
    struct inotify_place *place = heap_alloc(sizeof(*place));

    if (place == NULL)
        return NULL;
    *place = (struct inotify_place){.next = places, .vnode = vnode};
    if (directory != NULL)
        place->name = copy_of(name);
    if (place->name != NULL)
        place->directory = vnode_get(directory);
    if (places != NULL)
        places->previous = place;
    places = place;
    return place;
}

/* Whether `other` is the same name that is gone: not one that was given anew. */
static bool is_with(const struct inotify_place *place, const struct inotify_place *other)
{
    return other->removed && other->vnode == place->vnode && other->directory == place->directory &&
           strcmp(other->name, place->name) == 0;
}

void inotify_place_put(struct inotify_place *place)
{
    const struct inotify_place *other;

    if (place == NULL)
        return;
    if (place->previous != NULL)
        place->previous->next = place->next;
    else
        places = place->next;
    if (place->next != NULL)
        place->next->previous = place->previous;
    if (place->removed) {
        for (other = places; other != NULL && !is_with(place, other); other = other->next)
            ;
        if (other == NULL)
            inotify_lost_name(place->vnode);
    }
    vnode_put(place->directory);
    heap_free(place->name);
    heap_free(place);
}

static bool is_at(const struct inotify_place *place, const struct vnode *directory, const char *name,
                  const struct vnode *vnode)
{
    return place->vnode == vnode && place->directory == directory && !place->removed &&
           strcmp(place->name, name) == 0;
}

bool inotify_unname_places(struct vnode *directory, const char *name, struct vnode *vnode)
{
    bool any = false;

    for (struct inotify_place *place = places; place != NULL; place = place->next)
        if (is_at(place, directory, name, vnode))
            any = place->removed = true;
    return any;
}

void inotify_move_places(struct vnode *directory, const char *name, struct vnode *vnode, struct vnode *to,
                         const char *new_name)
{
    for (struct inotify_place *place = places; place != NULL; place = place->next) {
        char *copy;

        if (!is_at(place, directory, name, vnode))
            continue;
        copy = copy_of(new_name);
        if (copy == NULL) {
            place->removed = true;
            continue;
        }
        heap_free(place->name);
        place->name = copy;
        vnode_get(to);
        vnode_put(place->directory);
        place->directory = to;
    }
}
