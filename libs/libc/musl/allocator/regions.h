/*
 * Memory of the allocator: regions of 64 pages, cut into spans.
 *
 * A region lies at a multiple of its size, so that the region and the span of an object follow from its
 * address. Its first page describes it and its spans: `struct region` stands in the place of the first
 * `struct span`. A span is a run of pages that holds objects of one size, or a single larger object. What is
 * larger than a region's worth has a mapping of its own, which begins like a region.
 *
 * The lock of the allocator is held in every function here but `region_of` and `span_of`, which look only at
 * what an object in use keeps in place.
 */
#ifndef ALLOCATOR_REGIONS_H
#define ALLOCATOR_REGIONS_H

#include <stddef.h>
#include <stdint.h>

#define REGION_BYTES ((size_t)1 << 18)
#define PAGE_BITS 12
#define PAGE_BYTES ((size_t)1 << PAGE_BITS)

struct span {
    void *free;    /* objects that were given back; the first word of each leads to the next */
    unsigned used; /* objects in use */
    unsigned
        watched;    /* when a free brings `used` here, there is more to do: full spans limit - 1, others 0 */
    unsigned made;  /* objects that were given out or linked so far */
    unsigned limit; /* objects that fit */
    unsigned size;  /* bytes of an object */
    unsigned char class; /* its list */
    unsigned char back;  /* in the description of a later page of a span: how many pages before it begins */
    unsigned char pages;
    struct span *next, **link; /* of the spans of a class that are not full */
    void *unused[2];
};

enum region_kind {
    REGION_SPANS = 0x5b1d,  /* many objects */
    REGION_MAPPED = 0x5b2e, /* one object, in a mapping of its own */
};

struct region {
    enum region_kind kind;
    uint64_t free;               /* REGION_SPANS: a bit for each page that is in no span */
    size_t bytes;                /* REGION_MAPPED: of the mapping */
    struct region *next, **link; /* regions that have a free page */
    unsigned char padding[24];
};

_Static_assert(sizeof(struct span) == 64 && sizeof(struct region) == sizeof(struct span),
               "a page describes 64 pages");

/* The region that an object lies in. One that ends up at a multiple of a region's size lies behind its
 * description. */
static inline struct region *region_of(const void *object)
{
    return (struct region *)(((uintptr_t)object - 1) & ~(REGION_BYTES - 1));
}

/* The span that an object of a REGION_SPANS lies in. */
static inline struct span *span_of(const struct region *region, const void *object)
{
    struct span *span = (struct span *)region + (((uintptr_t)object - (uintptr_t)region) >> PAGE_BITS);

    return span - span->back;
}

/* Where a span's objects begin. */
static inline char *span_start(const struct span *span)
{
    return (char *)region_of((const char *)span + 1) +
           (((uintptr_t)span % PAGE_BYTES / sizeof *span) << PAGE_BITS);
}

/* A span of so many pages, at most 63, with nothing but `pages` set, or NULL. */
__attribute__((__visibility__("hidden"))) struct span *__malloc_take_span(unsigned pages);
/* Gives it back. */
__attribute__((__visibility__("hidden"))) void __malloc_give_span(struct span *span);

/* A mapping of zeroes for one object of `bytes` bytes at a multiple of `alignment`, a power of two; or NULL.
 * No lock is needed for these three. */
__attribute__((__visibility__("hidden"))) void *__malloc_map(size_t bytes, size_t alignment);
/* The same with another size, in another place if need be; NULL: it cannot be had, and nothing has changed.
 */
__attribute__((__visibility__("hidden"))) void *__malloc_remap(void *object, size_t bytes);
__attribute__((__visibility__("hidden"))) void __malloc_unmap(void *object);

#endif
