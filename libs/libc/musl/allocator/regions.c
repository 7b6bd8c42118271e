#define _GNU_SOURCE
#include "regions.h"

#include "inside.h"

#define DESCRIPTION 1u /* of the bits: the first page of a region is never free */

static struct region *regions; /* those with a free page */
static struct region *spare;   /* one that is free as a whole, kept for the next */

static size_t whole_pages(size_t bytes)
{
    return (bytes + PAGE_BYTES - 1) & ~(PAGE_BYTES - 1);
}

/* A mapping of `bytes` bytes, whole pages, such that the place `offset` bytes behind its start is a multiple
 * of `alignment`; or NULL. More is mapped at first, and what is too much is given back. */
static char *map(size_t bytes, size_t alignment, size_t offset, int protection)
{
    size_t all = bytes + alignment - PAGE_BYTES, before;
    char *start;

    if (all < bytes)
        return NULL;
    start = __mmap(NULL, all, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    before = -((uintptr_t)start + offset) & (alignment - 1);
    if (before != 0)
        __munmap(start, before);
    if (all - before != bytes)
        __munmap(start + before + bytes, all - before - bytes);
    return start + before;
}

static void list_region(struct region *region)
{
    region->next = regions;
    region->link = &regions;
    if (regions != NULL)
        regions->link = &region->next;
    regions = region;
}

static void unlist_region(struct region *region)
{
    *region->link = region->next;
    if (region->next != NULL)
        region->next->link = region->link;
}

/* The first bit of the lowest `count` bits in a row, as a mask; 0: there are not so many. */
static uint64_t run(uint64_t bits, unsigned count)
{
    unsigned have = 1;

    while (have < count && bits != 0) {
        unsigned step = have < count - have ? have : count - have;

        bits &= bits >> step;
        have += step;
    }
    return bits & -bits;
}

struct span *__malloc_take_span(unsigned pages)
{
    struct region *region = regions;
    uint64_t first = 0;
    struct span *span;
    unsigned page;

    while (region != NULL && (first = run(region->free, pages)) == 0)
        region = region->next;
    if (region == NULL) {
        region = spare;
        spare = NULL;
        if (region == NULL) {
            region = (struct region *)map(REGION_BYTES, REGION_BYTES, 0, PROT_READ | PROT_WRITE);
            if (region == NULL)
                return NULL;
            region->kind = REGION_SPANS;
            region->free = ~(uint64_t)DESCRIPTION;
        }
        list_region(region);
        first = (uint64_t)DESCRIPTION << 1;
    }
    page = (unsigned)__builtin_ctzll(first);
    region->free &= ~((((uint64_t)1 << pages) - 1) << page);
    if (region->free == 0)
        unlist_region(region);
    span = (struct span *)region + page;
    for (unsigned i = 0; i < pages; i++)
        span[i].back = (unsigned char)i;
    span->pages = (unsigned char)pages;
    return span;
}

void __malloc_give_span(struct span *span)
{
    struct region *region = (struct region *)((uintptr_t)span & ~(REGION_BYTES - 1));
    unsigned page = (unsigned)(span - (struct span *)region);

    if (region->free == 0)
        list_region(region);
    region->free |= (((uint64_t)1 << span->pages) - 1) << page;
    if (region->free != ~(uint64_t)DESCRIPTION)
        return;
    unlist_region(region);
    if (spare == NULL)
        spare = region;
    else
        __munmap(region, REGION_BYTES);
}

void *__malloc_map(size_t bytes, size_t alignment)
{
    size_t offset = sizeof(struct region), whole;
    struct region *region;

    if (alignment > offset)
        offset = alignment < REGION_BYTES ? alignment : REGION_BYTES;
    if (bytes > PTRDIFF_MAX - offset - PAGE_BYTES)
        return NULL;
    whole = whole_pages(offset + bytes);
    if (alignment > REGION_BYTES)
        region = (struct region *)map(whole, alignment, offset, PROT_READ | PROT_WRITE);
    else
        region = (struct region *)map(whole, REGION_BYTES, 0, PROT_READ | PROT_WRITE);
    if (region == NULL)
        return NULL;
    region->kind = REGION_MAPPED;
    region->bytes = whole;
    return (char *)region + offset;
}

void *__malloc_remap(void *object, size_t bytes)
{
    struct region *region = region_of(object);
    size_t offset = (size_t)((char *)object - (char *)region), whole;
    char *to;

    if (bytes > PTRDIFF_MAX - offset - PAGE_BYTES)
        return NULL;
    whole = whole_pages(offset + bytes);
    if (whole == region->bytes)
        return object;
    if (__mremap(region, region->bytes, whole, 0) == MAP_FAILED) {
        /* Addresses alone promise no memory, so both fit beside each other. */
        to = map(whole, REGION_BYTES, 0, PROT_NONE);
        if (to == NULL)
            return NULL;
        if (__mremap(region, region->bytes, whole, MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED) {
            __munmap(to, whole);
            return NULL;
        }
        region = (struct region *)to;
    }
    region->bytes = whole;
    return (char *)region + offset;
}

void __malloc_unmap(void *object)
{
    struct region *region = region_of(object);

    __munmap(region, region->bytes);
}
