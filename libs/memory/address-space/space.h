/* What the parts of the address space share. */
#pragma once

#include <address_space.h>
#include <config.h>
#include <pages.h>

#include "space_tree.h"

#ifdef CONFIG_LIB_FILE_CONTENT
#include <file_pages.h>
#endif

extern uintptr_t space_start, space_end; /* all that the application can have */
extern uintptr_t space_maps;             /* from where on places are looked for */
extern uintptr_t space_break;            /* where the break begins */
extern size_t space_promised;

/*
 * To be called before anything is changed. The stack may lie in the address space, and a fault on it must
 * find the regions whole: so what the functions here need of it is touched first.
 */
void space_touch_stack(void);

/* Whether [start, end) is a range of the address space. */
bool space_holds(uintptr_t start, uintptr_t end);

/* Nodes in store, so that a change cannot fail in its middle. False: no memory. */
bool space_reserve(unsigned nodes);

/* A new region, from the store; and the end of one. Pointers to its file are not counted here. */
struct region_node *space_add(const struct region *region);
void space_remove(struct region_node *node);

/* Cuts a region in two at `address`, if that lies within one. Takes one node from the store. */
void space_cut(uintptr_t address);

/* Joins what is alike and adjacent, at `start`, at `end`, and in between. */
void space_join(uintptr_t start, uintptr_t end);

/* Whether so many pages more can be promised; and whether the region's pages are to be. */
bool space_can_promise(size_t pages);
bool space_wants_promise(const struct region *region);

/* Whether RLIMIT_AS and RLIMIT_DATA let the application have this region besides all that lies elsewhere. */
#ifdef CONFIG_LIB_RESOURCE_LIMITS
bool space_allowed(const struct region *region);
#else
static inline bool space_allowed(const struct region *region)
{
    (void)region;
    return true;
}
#endif

static inline void space_file_get(const struct region *region)
{
#ifdef CONFIG_LIB_FILE_CONTENT
    if (region->file != NULL)
        file_pages_get(region->file);
#else
    (void)region;
#endif
}

static inline void space_file_put(const struct region *region)
{
#ifdef CONFIG_LIB_FILE_CONTENT
    if (region->file != NULL)
        file_pages_put(region->file);
#else
    (void)region;
#endif
}
