/*
 * Directories of a server, for the file systems: what comes in one answer is offered as whoever lists has
 * room for it, and the rest is kept for who goes on there. Who begins a directory anew asks anew.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <vnode.h>

struct share_entry {
    const char *name;
    size_t length;
    uint64_t inode;
    uint64_t next; /* the cookie of what comes behind it */
    uint32_t type; /* a DT_... of readdir(3): st_mode's, shifted */
};

struct share_listing_kind {
    /* Asks for entries from `cookie` on. How many bytes came, 0 at the end, or a negated errno. */
    long (*ask)(struct vnode *directory, uint64_t cookie, void *bytes, uint32_t room);
    /* Reads the entry that `size` bytes begin with, and returns how many of them are its own, or more where
     * only padding is missing; 0: they are not an entry. */
    size_t (*entry)(const unsigned char *bytes, size_t size, struct share_entry *entry);
};

/* Entries that came and that nobody has taken yet, of a file system; all zeroes at first. What was asked for
 * before somebody began a directory is not used behind that: it may lack what is there now. */
struct share_listing;

struct share_listings {
    struct share_listing *kept; /* NULL: none */
    uint64_t begun;             /* how often a directory was begun */
};

/* The `entries` of vnode.h. `room` are the bytes of an answer at most, as the protocol has it. -EIO also:
 * what came is no listing, or goes round in circles. */
int share_list(struct vnode *directory, uint64_t cookie, const struct share_listing_kind *kind,
               struct share_listings *listings, uint32_t room, vnode_entry_taker *take, void *context);

/* Forgets what is kept of a directory, which goes; NULL: of any. */
void share_listing_forget(struct share_listings *listings, const struct vnode *directory);
