/*
 * A table of hashed lists, and one list of all entries in the order of their last use.
 *
 * Giving back a reference may make a file system wait, and others come meanwhile; so an entry is out of all
 * lists before its references go.
 */
#include <name_cache.h>

#include <config.h>
#include <heap.h>
#include <string.h>
#include <wait_queue.h>

#define LISTS 512

struct entry {
    struct entry *chain;            /* the next with this hash */
    struct entry *newer, *older;    /* in order of use */
    struct vnode *directory, *file; /* `file` NULL: there is none of this name */
    uint32_t hash;
    uint16_t length;
    char name[];
};

static struct entry *lists[LISTS];
static struct entry *newest, *oldest;
static size_t count;
static uint64_t changes;
static struct wait_queue waiters; /* for the right to change names or a file, of any file system */

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), begun with the directory. */
static uint32_t hash_of(const struct vnode *directory, const char *name, size_t length)
{
    uint32_t hash = 2166136261u ^ (uint32_t)((uintptr_t)directory >> 4);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static struct entry **list_of(uint32_t hash)
{
    return &lists[hash % LISTS];
}

static struct entry *find(const struct vnode *directory, const char *name, size_t length, uint32_t hash)
{
    struct entry *entry = *list_of(hash);

    while (entry != NULL && (entry->hash != hash || entry->directory != directory ||
                             entry->length != length || memcmp(entry->name, name, length) != 0))
        entry = entry->chain;
    return entry;
}

static void take_out(struct entry *entry)
{
    *(entry->newer != NULL ? &entry->newer->older : &newest) = entry->older;
    *(entry->older != NULL ? &entry->older->newer : &oldest) = entry->newer;
}

static void put_first(struct entry *entry)
{
    entry->newer = NULL;
    entry->older = newest;
    *(newest != NULL ? &newest->newer : &oldest) = entry;
    newest = entry;
}

static void drop(struct entry *entry)
{
    struct entry **place = list_of(entry->hash);
    struct vnode *directory = entry->directory, *file = entry->file;

    while (*place != entry)
        place = &(*place)->chain;
    *place = entry->chain;
    take_out(entry);
    count--;
    heap_free(entry);
    vnode_put(file);
    vnode_put(directory);
}

bool name_cache_find(struct vnode *directory, const char *name, size_t length, struct vnode **found)
{
    struct entry *entry = find(directory, name, length, hash_of(directory, name, length));

    if (entry == NULL)
        return false;
    take_out(entry);
    put_first(entry);
    *found = entry->file != NULL ? vnode_get(entry->file) : NULL;
    return true;
}

uint64_t name_cache_time(void)
{
    return changes;
}

void name_cache_put(struct vnode *directory, const char *name, size_t length, struct vnode *vnode,
                    uint64_t time)
{
    uint32_t hash = hash_of(directory, name, length);
    struct entry *entry;

    if (time != changes || find(directory, name, length, hash) != NULL)
        return;
    entry = heap_alloc(sizeof(*entry) + length);
    if (entry == NULL)
        return;
    *entry = (struct entry){
        .chain = *list_of(hash),
        .directory = vnode_get(directory),
        .file = vnode != NULL ? vnode_get(vnode) : NULL,
        .hash = hash,
        .length = (uint16_t)length,
    };
    memcpy(entry->name, name, length);
    *list_of(hash) = entry;
    put_first(entry);
    if (++count > CONFIG_NAME_CACHE_ENTRIES)
        drop(oldest);
}

void name_cache_drop(struct vnode *directory, const char *name, size_t length)
{
    struct entry *entry = find(directory, name, length, hash_of(directory, name, length));

    changes++;
    if (entry != NULL)
        drop(entry);
}

/* Whoever dropped something begins again, as the list may have become another meanwhile. */
void name_cache_drop_directory(struct vnode *directory)
{
    struct entry *entry = newest;

    changes++;
    while (entry != NULL) {
        if (entry->directory == directory) {
            drop(entry);
            entry = newest;
        } else {
            entry = entry->older;
        }
    }
}

void name_cache_drop_mount(const struct vfs_mount *mount)
{
    struct entry *entry = newest;

    changes++;
    while (entry != NULL) {
        if (entry->directory->mount == mount) {
            drop(entry);
            entry = newest;
        } else {
            entry = entry->older;
        }
    }
}

void name_cache_lock(struct vnode *vnode)
{
    while (vnode->flags & VNODE_LOCKED)
        (void)wait_until(&waiters, WAIT_FOR_EVER, false);
    vnode->flags |= VNODE_LOCKED;
}

void name_cache_unlock(struct vnode *vnode)
{
    vnode->flags &= (uint16_t)~VNODE_LOCKED;
    (void)wait_wake(&waiters, WAIT_ALL);
}

void name_cache_take(struct vfs_mount *mount)
{
    while (mount->changing)
        (void)wait_until(&waiters, WAIT_FOR_EVER, false);
    mount->changing = true;
}

void name_cache_give(struct vfs_mount *mount)
{
    mount->changing = false;
    (void)wait_wake(&waiters, WAIT_ALL);
}
