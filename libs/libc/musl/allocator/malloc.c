/*
 * malloc() in few instructions, in place of musl's own where a recipe asks for `malloc.fast`.
 *
 * Objects of up to SMALL_MAX bytes have sizes in steps: 16 bytes up to 128, then four for each power of two.
 * The objects of a size lie side by side in spans (regions.h), so an object has no header of its own. A span
 * keeps a list of its free objects, and of each size one span is at hand; most calls take one object off that
 * list, or put one on it. Larger objects are runs of pages, and from PAGES_MAX pages on mappings, which go
 * back when they are freed.
 *
 * Mistakes of the program are noticed where it costs next to nothing: something is freed that no allocation
 * gave, twice in a row, or after everything beside it. musl's own allocator notices more.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inside.h"
#include "regions.h"

#define UNIT 16
#define SMALL_MAX 4096
#define TABLE_MAX 1024
#define CLASSES 28
#define RUN CLASSES /* the class of spans that hold a single object */
#define PAGES_MAX 28
#define BITS_OF_128 7
#define EVEN_CLASSES 8 /* sizes up to 128 */

#define CLASS4(n) n, n, n, n

/* The class of each multiple of 16 bytes up to TABLE_MAX. */
static const unsigned char class_of_units[TABLE_MAX / UNIT + 1] = {
    0,          0,          1,          2,          3,          4,          5,          6,
    7,          8,          8,          9,          9,          10,         10,         11,
    11,         CLASS4(12), CLASS4(13), CLASS4(14), CLASS4(15), CLASS4(16), CLASS4(16), CLASS4(17),
    CLASS4(17), CLASS4(18), CLASS4(18), CLASS4(19), CLASS4(19),
};

static struct span nothing; /* the end of all lists: a span without objects */

#define NOTHING2 &nothing, &nothing
#define NOTHING4 NOTHING2, NOTHING2
#define NOTHING8 NOTHING4, NOTHING4

/* Of each class, the spans that are not full. */
static struct span *at_hand[CLASSES] = {NOTHING8, NOTHING8, NOTHING8, NOTHING4};

static volatile int lock[1]; /* 1: held; 2: and somebody waits */

static void wait_for_lock(void)
{
    while (a_swap(lock, 2) != 0)
        __futexwait(lock, 2, 1);
}

/* Whether the lock is held now, or need not be: there is one thread. */
static inline int try_enter(void)
{
    return !libc.need_locks || a_cas(lock, 0, 1) == 0;
}

/* Whether somebody waits who must be woken. */
static inline int try_leave(void)
{
    return lock[0] != 0 && a_swap(lock, 0) == 2;
}

static void enter(void)
{
    if (!try_enter())
        wait_for_lock();
}

static void leave(void)
{
    if (try_leave())
        __wake(lock, 1, 1);
}

void __malloc_atfork(int who)
{
    if (who < 0)
        enter();
    else if (who > 0)
        lock[0] = 0;
    else
        leave();
}

/* The class of at most SMALL_MAX bytes. */
static inline unsigned class_of(size_t bytes)
{
    unsigned top;

    if (bytes <= TABLE_MAX)
        return class_of_units[(bytes + UNIT - 1) / UNIT];
    top = 63 - (unsigned)__builtin_clzll(bytes - 1);
    return EVEN_CLASSES + (top - BITS_OF_128) * 4 + ((unsigned)((bytes - 1) >> (top - 2)) & 3);
}

static unsigned size_of(unsigned class)
{
    unsigned step = class - EVEN_CLASSES;

    if (class < EVEN_CLASSES)
        return (class + 1) * UNIT;
    return (5 + step % 4) << (BITS_OF_128 - 2 + step / 4);
}

/* Pages of a span: eight objects at least, and at most an eighth of it is lost. */
static unsigned pages_of(unsigned size)
{
    unsigned pages = (unsigned)((8 * size + PAGE_BYTES - 1) / PAGE_BYTES);

    while (pages * PAGE_BYTES % size > pages * PAGE_BYTES / 8)
        pages++;
    return pages;
}

/* Behind the one at hand, which has more free objects: else the two would take turns. */
static void add(struct span *span)
{
    struct span **list = &at_hand[span->class];

    if (*list != &nothing)
        list = &(*list)->next;
    span->next = *list;
    span->link = list;
    (*list)->link = &span->next;
    *list = span;
}

static void drop(struct span *span)
{
    *span->link = span->next;
    span->next->link = span->link;
}

/* Makes objects of a page's worth, at least one, of the room that is left, and returns the first. */
static void *make(struct span *span)
{
    unsigned count = span->size < PAGE_BYTES ? (unsigned)PAGE_BYTES / span->size : 1;
    char *object = span_start(span) + (size_t)span->made * span->size;
    void **link = &span->free;

    if (count > span->limit - span->made)
        count = span->limit - span->made;
    span->made += count;
    for (unsigned i = 1; i < count; i++) {
        char *next = object + (size_t)i * span->size;

        *link = next;
        link = (void **)(void *)next;
    }
    *link = NULL;
    return object;
}

/* An object where the span at hand may have no free one; NULL: memory is short. */
static void *take_elsewhere(unsigned class)
{
    struct span *span = at_hand[class];
    void *object;
    unsigned size;

    while (span != &nothing && span->free == NULL && span->made == span->limit) {
        drop(span);
        span->watched = span->limit - 1;
        span = at_hand[class];
    }
    if (span == &nothing) {
        size = size_of(class);
        span = __malloc_take_span(pages_of(size));
        if (span == NULL)
            return NULL;
        span->free = NULL;
        span->used = span->watched = span->made = 0;
        span->limit = (unsigned)(span->pages * PAGE_BYTES / size);
        span->size = size;
        span->class = (unsigned char)class;
        add(span);
    }
    object = span->free;
    if (object != NULL)
        span->free = *(void **)object;
    else
        object = make(span);
    span->used++;
    return object;
}

/* A run of pages, or a mapping. */
static void *allocate_large(size_t bytes)
{
    struct span *span;
    void *object = NULL;

    if (bytes > PAGES_MAX * PAGE_BYTES) {
        object = __malloc_map(bytes, UNIT);
    } else {
        enter();
        span = __malloc_take_span((unsigned)((bytes + PAGE_BYTES - 1) >> PAGE_BITS));
        if (span != NULL) {
            span->free = NULL;
            span->used = span->made = span->limit = 1;
            span->watched = 0;
            span->size = (unsigned)(span->pages * PAGE_BYTES);
            span->class = RUN;
            object = span_start(span);
        }
        leave();
    }
    if (object == NULL)
        errno = ENOMEM;
    return object;
}

/* What is not done at once. In what follows these are called last, so that the rest needs no frame. */
static __attribute__((__noinline__)) void *finish(unsigned class)
{
    void *object = take_elsewhere(class);

    leave();
    if (object == NULL)
        errno = ENOMEM;
    return object;
}

static __attribute__((__noinline__)) void *wait_and_finish(unsigned class)
{
    wait_for_lock();
    return finish(class);
}

static __attribute__((__noinline__)) void *wake(void *object)
{
    __wake(lock, 1, 1);
    return object;
}

void *__libc_malloc(size_t bytes)
{
    unsigned class;
    struct span *span;
    void *object;

    if (bytes > SMALL_MAX)
        return allocate_large(bytes);
    class = class_of(bytes);
    if (!try_enter())
        return wait_and_finish(class);
    span = at_hand[class];
    object = span->free;
    if (object == NULL)
        return finish(class);
    span->free = *(void **)object;
    span->used++;
    return try_leave() ? wake(object) : object;
}

/* A span is no longer full, or all of its objects are free. */
static __attribute__((__noinline__)) void turn(struct span *span)
{
    if (span->watched != 0) {
        span->watched = 0;
        add(span);
    } else if (span->class == RUN) {
        __malloc_give_span(span);
    } else if (at_hand[span->class] != span || span->next != &nothing) {
        /* The last one of a size is kept, as sizes tend to come back. */
        drop(span);
        __malloc_give_span(span);
    }
    leave();
}

static __attribute__((__noinline__)) void free_mapping(void *object)
{
    int kept = errno;

    if (region_of(object)->kind != REGION_MAPPED)
        a_crash();
    __malloc_unmap(object);
    errno = kept;
}

/* The lock is held. */
static inline void give(struct span *span, void *object)
{
    if (span->free == object || span->used == 0)
        a_crash();
    *(void **)object = span->free;
    span->free = object;
    if (--span->used == span->watched)
        return turn(span);
    if (try_leave())
        wake(NULL);
}

static __attribute__((__noinline__)) void wait_and_give(struct span *span, void *object)
{
    wait_for_lock();
    give(span, object);
}

void __libc_free(void *object)
{
    struct region *region = region_of(object);
    struct span *span;

    if (object == NULL)
        return;
    if (region->kind != REGION_SPANS)
        return free_mapping(object);
    span = span_of(region, object);
    if (!try_enter())
        return wait_and_give(span, object);
    give(span, object);
}

/* How many bytes an object has room for. */
static size_t room(void *object)
{
    struct region *region = region_of(object);

    if (region->kind == REGION_SPANS)
        return span_of(region, object)->size;
    return region->bytes - (size_t)((char *)object - (char *)region);
}

void *__libc_realloc(void *object, size_t bytes)
{
    size_t have;
    void *moved;

    if (object == NULL)
        return __libc_malloc(bytes);
    have = room(object);
    if (region_of(object)->kind == REGION_MAPPED && bytes > PAGES_MAX * PAGE_BYTES) {
        moved = __malloc_remap(object, bytes);
        if (moved != NULL)
            return moved;
    } else if (bytes <= have && bytes >= have / 2) {
        return object;
    }
    moved = __libc_malloc(bytes);
    if (moved == NULL)
        return bytes <= have ? object : NULL;
    memcpy(moved, object, have < bytes ? have : bytes);
    __libc_free(object);
    return moved;
}

void *__libc_calloc(size_t count, size_t bytes)
{
    void *object;

    if (__builtin_mul_overflow(count, bytes, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    object = __libc_malloc(bytes);
    /* Mappings of their own are new, and so zeroes. */
    if (object != NULL && bytes <= PAGES_MAX * PAGE_BYTES)
        memset(object, 0, bytes);
    return object;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    void *object;

    if ((alignment & (alignment - 1)) != 0) {
        errno = EINVAL;
        return NULL;
    }
    if (alignment < UNIT)
        alignment = UNIT;
    /* Objects lie at multiples of their size from the start of a page. */
    if (alignment <= PAGE_BYTES && bytes <= PAGES_MAX * PAGE_BYTES) {
        if (bytes <= SMALL_MAX) {
            bytes = bytes == 0 ? alignment : (bytes + alignment - 1) & -alignment;
            while (size_of(class_of(bytes)) % alignment != 0)
                bytes = size_of(class_of(bytes)) + 1;
        }
        return __libc_malloc(bytes);
    }
    object = __malloc_map(bytes, alignment);
    if (object == NULL)
        errno = ENOMEM;
    return object;
}

size_t malloc_usable_size(void *object)
{
    return object == NULL ? 0 : room(object);
}

SAME_FUNCTION(malloc, __libc_malloc);
SAME_FUNCTION(free, __libc_free);
SAME_FUNCTION(realloc, __libc_realloc);
SAME_FUNCTION(calloc, __libc_calloc);
