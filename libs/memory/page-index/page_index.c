#include <page_index.h>

#include <pages.h>
#include <string.h>

#define BITS 9
#define FANOUT (1u << BITS)

_Static_assert(FANOUT * sizeof(uintptr_t) == PAGE_SIZE, "a page of pointers");

static uint64_t reach(unsigned levels)
{
    return (uint64_t)1 << (levels * BITS);
}

static uintptr_t new_page(void)
{
    void *page = pages_alloc(1);

    return page != NULL ? (uintptr_t)memset(page, 0, PAGE_SIZE) : 0;
}

uintptr_t *page_index_make(struct page_index *index, uint64_t number)
{
    uintptr_t *at = &index->root;

    while (number >= reach(index->levels)) {
        if (index->root != 0) {
            uintptr_t above = new_page();
            if (above == 0)
                return NULL;
            *(uintptr_t *)above = index->root;
            index->root = above;
        }
        index->levels++;
    }
    for (unsigned level = index->levels; level > 0; level--) {
        if (*at == 0 && (*at = new_page()) == 0)
            return NULL;
        at = &((uintptr_t *)*at)[number >> ((level - 1) * BITS) & (FANOUT - 1)];
    }
    return at;
}

uintptr_t *page_index_find(struct page_index *index, uint64_t number)
{
    uint64_t at = number;

    return page_index_next(index, &at, number + 1);
}

uintptr_t *page_index_next(struct page_index *index, uint64_t *number, uint64_t end)
{
    uint64_t n = *number;

    while (n < end && n < reach(index->levels)) {
        uintptr_t *at = &index->root;
        unsigned level = index->levels;

        while (level > 0 && *at != 0) {
            level--;
            at = &((uintptr_t *)*at)[n >> (level * BITS) & (FANOUT - 1)];
        }
        if (*at != 0) {
            *number = n;
            return at;
        }
        n = (n / reach(level) + 1) * reach(level);
    }
    return NULL;
}

/* Recurses at most six levels deep: no file has more than 1 << 51 pages. */
static void clear(uintptr_t page, unsigned level)
{
    if (level == 0 || page == 0)
        return;
    for (unsigned i = 0; i < FANOUT && level > 1; i++)
        clear(((uintptr_t *)page)[i], level - 1);
    pages_free((void *)page, 1);
}

void page_index_clear(struct page_index *index)
{
    clear(index->root, index->levels);
    *index = (struct page_index){0};
}
