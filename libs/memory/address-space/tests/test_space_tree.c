/* The tree of regions against a sorted array: order, balance, what nodes know of those below, holes. */
// instead: ../space_tree.c
#include "../space_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MOST 400
#define SPAN 4000 /* pages that regions lie in */

static struct region_node *sorted[MOST];
static size_t count;
static unsigned random_state = 4711;

static unsigned draw(unsigned limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % limit;
}

static uintptr_t address(unsigned page)
{
    return (uintptr_t)(page + 1) << 12;
}

/* Checks a subtree; returns its height. */
static int check(const struct region_node *node, size_t *at)
{
    size_t first = *at;
    int lower, higher;

    if (node == NULL)
        return 0;
    assert(node->child[0] == NULL || node->child[0]->parent == node);
    assert(node->child[1] == NULL || node->child[1]->parent == node);
    lower = check(node->child[0], at);
    assert(sorted[(*at)++] == node);
    higher = check(node->child[1], at);
    assert(lower - higher >= -1 && lower - higher <= 1);
    assert(node->height == 1 + (lower > higher ? lower : higher));
    assert(node->low == sorted[first]->region.start && node->high == sorted[*at - 1]->region.end);
    size_t hole = 0;
    for (size_t i = first; i + 1 < *at; i++)
        if (sorted[i + 1]->region.start - sorted[i]->region.end > hole)
            hole = sorted[i + 1]->region.start - sorted[i]->region.end;
    assert(node->hole == hole);
    return node->height;
}

static void check_all(void)
{
    const struct region_node *root = count != 0 ? sorted[0] : NULL;
    size_t at = 0;

    while (root != NULL && root->parent != NULL)
        root = root->parent;
    check(root, &at);
    assert(at == count);
    for (size_t i = 0; i < count; i++) {
        assert(space_tree_next(sorted[i]) == (i + 1 < count ? sorted[i + 1] : NULL));
        assert(space_tree_previous(sorted[i]) == (i > 0 ? sorted[i - 1] : NULL));
    }
}

static size_t first_behind(uintptr_t where)
{
    size_t i = 0;

    while (i < count && sorted[i]->region.end <= where)
        i++;
    return i;
}

static uintptr_t model_hole(uintptr_t low, uintptr_t high, size_t size)
{
    for (size_t i = first_behind(low); i < count && low < high; i++) {
        if (sorted[i]->region.start >= low && sorted[i]->region.start - low >= size)
            break;
        low = sorted[i]->region.end;
    }
    return low < high && high - low >= size ? low : 0;
}

static void add(void)
{
    uintptr_t start = address(draw(SPAN)), end = start + ((uintptr_t)(1 + draw(12)) << 12);
    size_t i = first_behind(start);
    struct region_node *node;

    if (count == MOST || (i < count && sorted[i]->region.start < end))
        return;
    node = malloc(sizeof *node);
    node->region = (struct region){.start = start, .end = end};
    memmove(sorted + i + 1, sorted + i, (count - i) * sizeof *sorted);
    sorted[i] = node;
    count++;
    space_tree_add(node);
}

static void take(size_t i)
{
    space_tree_remove(sorted[i]);
    free(sorted[i]);
    memmove(sorted + i, sorted + i + 1, (--count - i) * sizeof *sorted);
}

/* A region becomes shorter or longer where it is. */
static void change(size_t i)
{
    struct region *region = &sorted[i]->region;
    uintptr_t low = i > 0 ? sorted[i - 1]->region.end : address(0);
    uintptr_t high = i + 1 < count ? sorted[i + 1]->region.start : region->end + 0x5000;

    if (draw(2))
        region->start = low + ((uintptr_t)draw((unsigned)((region->end - low) >> 12)) << 12);
    else
        region->end = high - ((uintptr_t)draw((unsigned)((high - region->start) >> 12)) << 12);
    space_tree_changed(sorted[i]);
}

int main(void)
{
    assert(space_tree_find(0) == NULL && space_tree_hole(4096, 8192, 4096) == 4096);
    assert(space_tree_hole(4096, 8192, 4097) == 0);
    for (int round = 0; round < 30000; round++) {
        unsigned what = draw(10);

        if (what < (round / 2000 % 2 ? 3u : 6u))
            add();
        else if (count != 0 && what < 8)
            take(draw((unsigned)count));
        else if (count != 0)
            change(draw((unsigned)count));
        if (round % 16 == 0)
            check_all();
        uintptr_t where = address(draw(SPAN)) + draw(2), high = where + ((uintptr_t)draw(SPAN) << 12);
        size_t size = (size_t)(1 + draw(round % 3 ? 20 : 200)) << 12, i = first_behind(where);
        assert(space_tree_find(where) == (i < count ? sorted[i] : NULL));
        assert(space_tree_hole(where & ~(uintptr_t)1, high, size) ==
               model_hole(where & ~(uintptr_t)1, high, size));
    }
    while (count != 0)
        take(draw((unsigned)count));
    check_all();
    return 0;
}
