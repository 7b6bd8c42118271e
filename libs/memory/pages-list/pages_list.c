/*
 * Page allocation, first fit in order of address.
 *
 * Each run of free pages begins with a node that links it to the next run above. Runs never touch each other:
 * pages_free() joins neighbours. There is nothing to keep for pages in use and nothing to set up but one node
 * a range; the list is as long as memory is fragmented, which in a single-purpose image is not long.
 */
#include <boot_info.h>
#include <pages.h>

struct run {
    struct run *next; /* the next free run above, NULL in the last */
    size_t count;     /* pages in this run, never 0 */
};

static struct run *first;

static struct run *end_of(const struct run *run)
{
    return (struct run *)((uintptr_t)run + run->count * PAGE_SIZE);
}

int pages_list_init(void)
{
    for (size_t i = 0; i < boot_info.range_count; i++)
        pages_free((void *)boot_info.ranges[i].start,
                   (boot_info.ranges[i].end - boot_info.ranges[i].start) / PAGE_SIZE);
    return 0;
}

void *pages_alloc(size_t count)
{
    if (count == 0)
        return NULL;
    for (struct run **link = &first; *link != NULL; link = &(*link)->next) {
        struct run *run = *link;
        if (run->count < count)
            continue;
        if (run->count == count) {
            *link = run->next;
        } else {
            struct run *rest = (struct run *)((uintptr_t)run + count * PAGE_SIZE);
            rest->next = run->next;
            rest->count = run->count - count;
            *link = rest;
        }
        return run;
    }
    return NULL;
}

void pages_free(void *start, size_t count)
{
    struct run *run = start, *below = NULL, *above = first;

    if (count == 0)
        return;
    while (above != NULL && above < run) {
        below = above;
        above = above->next;
    }
    run->count = count;
    /* Pages that are free already: the caller's mistake, which would hand the same page out twice. */
    if ((below != NULL && end_of(below) > run) || (above != NULL && end_of(run) > above))
        __builtin_trap();
    run->next = above;
    if (above != NULL && end_of(run) == above) {
        run->count += above->count;
        run->next = above->next;
    }
    if (below == NULL) {
        first = run;
    } else if (end_of(below) == run) {
        below->count += run->count;
        below->next = run->next;
    } else {
        below->next = run;
    }
}

size_t pages_available(void)
{
    size_t sum = 0;

    for (const struct run *run = first; run != NULL; run = run->next)
        sum += run->count;
    return sum;
}
