/* Mappings come, grow, move, are cut and go, in several threads; what is in them stays what was written. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "stress.h"

#define THREADS 6
#define HELD 24
#define PAGE 4096
#define MOST 24 /* pages */

static long rounds;
static pthread_t threads[THREADS];

struct mapping {
    unsigned char *start; /* NULL: none */
    size_t pages;
    unsigned char mark; /* at both ends of each page */
};

static void fill(struct mapping *mapping, size_t from)
{
    for (size_t i = from; i < mapping->pages; i++)
        mapping->start[i * PAGE] = mapping->start[i * PAGE + PAGE - 1] = mapping->mark;
}

static void check(const struct mapping *mapping)
{
    for (size_t i = 0; i < mapping->pages; i++)
        EXPECT(mapping->start[i * PAGE] == mapping->mark &&
               mapping->start[i * PAGE + PAGE - 1] == mapping->mark);
}

static void map(struct mapping *mapping, uint32_t *random)
{
    size_t pages = 1 + next_random(random) % MOST;
    void *start =
        mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

    EXPECT(start != MAP_FAILED);
    for (size_t i = 0; i < pages * PAGE; i += PAGE / 2)
        EXPECT(((unsigned char *)start)[i] == 0);
    *mapping = (struct mapping){start, pages, (unsigned char)(1 + next_random(random) % 255)};
    fill(mapping, 0);
}

static void resize(struct mapping *mapping, uint32_t *random)
{
    size_t pages = 1 + next_random(random) % MOST, before = mapping->pages;
    void *start = mremap(mapping->start, before * PAGE, pages * PAGE, MREMAP_MAYMOVE);

    EXPECT(start != MAP_FAILED);
    mapping->start = start;
    mapping->pages = pages;
    if (pages > before)
        fill(mapping, before);
}

/* The middle of it, if it has one. */
static void cut(struct mapping *mapping)
{
    size_t middle = mapping->pages / 2;

    if (mapping->pages < 3)
        return;
    EXPECT(!munmap(mapping->start + middle * PAGE, (mapping->pages - middle) * PAGE));
    mapping->pages = middle;
}

static void protect(struct mapping *mapping)
{
    EXPECT(!mprotect(mapping->start, mapping->pages * PAGE, PROT_READ));
    check(mapping);
    EXPECT(!mprotect(mapping->start, mapping->pages * PAGE, PROT_READ | PROT_WRITE));
    fill(mapping, 0);
}

static void unmap(struct mapping *mapping)
{
    EXPECT(!munmap(mapping->start, mapping->pages * PAGE));
    mapping->start = NULL;
}

static void *churn(void *argument)
{
    struct mapping held[HELD] = {0};
    uint32_t random = (uint32_t)(intptr_t)argument * 31 + 5;

    for (long i = 0; i < rounds * 60; i++) {
        struct mapping *mapping = &held[next_random(&random) % HELD];

        if (!mapping->start) {
            map(mapping, &random);
            continue;
        }
        check(mapping);
        switch (next_random(&random) % 5) {
        case 0:
            resize(mapping, &random);
            break;
        case 1:
            cut(mapping);
            break;
        case 2:
            protect(mapping);
            break;
        default:
            unmap(mapping);
        }
    }
    for (int i = 0; i < HELD; i++) {
        if (held[i].start) {
            check(&held[i]);
            unmap(&held[i]);
        }
    }
    return NULL;
}

static void start(long work)
{
    rounds = work;
    for (intptr_t i = 0; i < THREADS; i++)
        threads[i] = begin(churn, (void *)i);
}

static void finish(void)
{
    for (int i = 0; i < THREADS; i++)
        EXPECT(!pthread_join(threads[i], NULL));
}

const struct kind mappings = {"mappings", start, finish};
