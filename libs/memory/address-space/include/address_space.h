/*
 * The application's address space: regions of pages, in a range of addresses of its own.
 *
 * It knows what may be done where, and which file stands behind it; the pages themselves are the business of
 * region.pages, which gives most of them when they are first touched. Ranges are [start, end), page-aligned;
 * a range that the address space does not have is answered with -ENOMEM unless it says otherwise. All
 * functions return 0 or a negated errno; on -ENOMEM for want of memory nothing has changed. Writable and
 * executable at once is refused with -EACCES. Not reentrant: callers hold the guard.
 *
 * Memory is promised: a region that may be written to, is not for a shared file and is not
 * REGION_NO_RESERVE, has pages set aside. What is free less what is promised bounds the next promise, unless
 * the option ADDRESS_SPACE_OVERCOMMIT is on.
 */
#pragma once

#include <region_pages.h>

/* How the place of a mapping is found. */
enum address_space_place {
    ADDRESS_SPACE_ANYWHERE, /* near `start` if that is free */
    ADDRESS_SPACE_REPLACE,  /* at `start`, in place of whatever is there */
    ADDRESS_SPACE_EXACTLY,  /* at `start`, -EEXIST if something is there */
};

/*
 * Maps [region->start, region->end), or as many bytes elsewhere as `place` says; `region` becomes what was
 * mapped. The pointer to a file is taken over if that succeeds.
 */
int address_space_map(struct region *region, enum address_space_place place);
int address_space_unmap(uintptr_t start, uintptr_t end);
int address_space_protect(uintptr_t start, uintptr_t end, int protection);

/*
 * Makes the mapping [start, end) `size` bytes long, and puts it to `*to` if `place` is ADDRESS_SPACE_REPLACE;
 * if that is ADDRESS_SPACE_ANYWHERE, to another place if there is no room; else -ENOMEM. `keep`: the old
 * place stays mapped, with nothing in it. `*to` becomes the address. -EFAULT: not one mapping. -EINVAL: the
 * ranges overlap.
 */
int address_space_remap(uintptr_t start, uintptr_t end, size_t size, enum address_space_place place,
                        bool keep, uintptr_t *to);

/* The first region that ends above `address`; NULL: there is none. Stays good until the next change. */
const struct region *address_space_find(uintptr_t address);

/* Whether every page of the range is mapped. */
bool address_space_covers(uintptr_t start, uintptr_t end);

/* What lies there is as at the beginning. -EINVAL if some of it is locked. */
int address_space_discard(uintptr_t start, uintptr_t end);

/* Fetches every page that may be accessed, now. -ENOMEM, or -EFAULT beyond the end of a file. */
int address_space_populate(uintptr_t start, uintptr_t end);

/* Pages there are fetched now, and not discarded, until they are unlocked. */
int address_space_lock(uintptr_t start, uintptr_t end, bool lock);

/* Shared pages go back into their files. -EBUSY if `unlocked` and some of it is locked. */
int address_space_sync(uintptr_t start, uintptr_t end, bool unlocked);

/* What has been written so far to shared mappings of a file (NULL: does nothing) is marked in its pages. */
void address_space_collect(const struct file_pages *file);

/* Where the break of brk(2) is after it was asked to be at `end`. */
uintptr_t address_space_break(uintptr_t end);
