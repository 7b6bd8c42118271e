#include <errno.h>
#include <heap.h>
#include <share_listing.h>

#define ROOM 32768u      /* bytes of an answer */
#define ROOM_LEAST 4096u /* where memory is short */

struct share_listing {
    const struct vnode *directory; /* only compared */
    uint64_t cookie;               /* of the next entry */
    uint64_t begun;                /* of the listings, when it was asked for */
    uint32_t room, size, at;
    _Alignas(uint64_t) unsigned char bytes[];
};

static struct share_listing *make(uint32_t room)
{
    struct share_listing *listing = heap_alloc(sizeof *listing + room);

    if (!listing && room > ROOM_LEAST)
        return make(ROOM_LEAST);
    if (listing)
        *listing = (struct share_listing){.room = room};
    return listing;
}

/* What is kept, if it goes on at `cookie`. */
static struct share_listing *taken(struct share_listings *listings, const struct vnode *directory,
                                   uint64_t cookie)
{
    struct share_listing *listing = listings->kept;

    if (!listing || cookie == 0 || listing->directory != directory || listing->cookie != cookie ||
        listing->begun != listings->begun)
        return NULL;
    listings->kept = NULL;
    return listing;
}

void share_listing_forget(struct share_listings *listings, const struct vnode *directory)
{
    struct share_listing *listing = listings->kept;

    if (!listing || (directory && listing->directory != directory))
        return;
    listings->kept = NULL;
    heap_free(listing);
}

static bool is_name(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (name[i] == '/' || name[i] == '\0')
            return false;
    return length > 0 && length <= VNODE_NAME_MAX;
}

static bool is_own_or_parent(const struct share_entry *entry)
{
    return entry->name[0] == '.' && (entry->length == 1 || (entry->length == 2 && entry->name[1] == '.'));
}

/* Offers what is there. 1: the taker wants no more. */
static int offer(struct share_listing *listing, const struct share_listing_kind *kind,
                 vnode_entry_taker *take, void *context)
{
    while (listing->at < listing->size) {
        struct share_entry entry;
        size_t left = listing->size - listing->at;
        size_t length = kind->entry(listing->bytes + listing->at, left, &entry);

        if (length == 0 || !is_name(entry.name, entry.length))
            return -EIO;
        if (!is_own_or_parent(&entry) &&
            !take(context, entry.name, entry.length, entry.inode, (entry.type & 15) << 12, entry.next))
            return 1;
        listing->cookie = entry.next;
        listing->at += (uint32_t)(length < left ? length : left);
    }
    return 0;
}

/* Asks and offers until there is nothing more, or nobody who wants it. */
static int list(struct vnode *directory, struct share_listing *listing, const struct share_listing_kind *kind,
                const struct share_listings *listings, vnode_entry_taker *take, void *context)
{
    int error = offer(listing, kind, take, context);

    while (error == 0) {
        uint64_t before = listing->cookie;
        long size;

        listing->begun = listings->begun;
        size = kind->ask(directory, before, listing->bytes, listing->room);

        if (size <= 0)
            return (int)size;
        listing->at = 0;
        listing->size = (uint32_t)size;
        error = offer(listing, kind, take, context);
        /* One that does not go on would be asked for ever. */
        if (error == 0 && listing->cookie == before)
            return -EIO;
    }
    return error;
}

int share_list(struct vnode *directory, uint64_t cookie, const struct share_listing_kind *kind,
               struct share_listings *listings, uint32_t room, vnode_entry_taker *take, void *context)
{
    struct share_listing *listing = taken(listings, directory, cookie);
    int error;

    if (cookie == 0)
        listings->begun++;
    if (!listing) {
        listing = make(room < ROOM ? room : ROOM);
        if (!listing)
            return -ENOMEM;
        listing->cookie = cookie;
    }
    error = list(directory, listing, kind, listings, take, context);
    if (error <= 0) {
        heap_free(listing);
        return error;
    }
    listing->directory = directory;
    share_listing_forget(listings, NULL);
    listings->kept = listing;
    return 0;
}
