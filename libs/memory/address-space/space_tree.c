#include "space_tree.h"

static struct region_node *root;

static int height(const struct region_node *node)
{
    return node != NULL ? node->height : 0;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What a node says of the nodes below it, from what its children say. */
static void update(struct region_node *node)
{
    const struct region_node *lower = node->child[0], *higher = node->child[1];

    node->low = node->region.start;
    node->high = node->region.end;
    node->hole = 0;
    if (lower != NULL) {
        node->low = lower->low;
        node->hole = larger(lower->hole, node->region.start - lower->high);
    }
    if (higher != NULL) {
        node->high = higher->high;
        node->hole = larger(node->hole, larger(higher->hole, higher->low - node->region.end));
    }
    node->height = 1 + (height(lower) > height(higher) ? height(lower) : height(higher));
}

/* Puts `node` (NULL: nothing) where `old` hangs. */
static void replace(struct region_node *parent, const struct region_node *old, struct region_node *node)
{
    if (parent == NULL)
        root = node;
    else
        parent->child[parent->child[1] == old] = node;
    if (node != NULL)
        node->parent = parent;
}

/* The child on `side` comes up, and the node goes down on the other side. Returns the child. */
static struct region_node *rotate(struct region_node *node, int side)
{
    struct region_node *up = node->child[side], *middle = up->child[!side];

    replace(node->parent, node, up);
    node->child[side] = middle;
    if (middle != NULL)
        middle->parent = node;
    up->child[!side] = node;
    node->parent = up;
    update(node);
    update(up);
    return up;
}

/* From `node` to the root: balanced again, and with the right numbers. */
static void repair(struct region_node *node)
{
    for (; node != NULL; node = node->parent) {
        int lean = height(node->child[1]) - height(node->child[0]);

        update(node);
        if (lean >= -1 && lean <= 1)
            continue;
        int side = lean > 0;
        struct region_node *child = node->child[side];
        if (height(child->child[!side]) > height(child->child[side]))
            rotate(child, !side);
        node = rotate(node, side);
    }
}

void space_tree_changed(struct region_node *node)
{
    repair(node);
}

void space_tree_add(struct region_node *node)
{
    struct region_node *parent = NULL, **link = &root;

    while (*link != NULL) {
        parent = *link;
        link = &parent->child[node->region.start > parent->region.start];
    }
    node->child[0] = node->child[1] = NULL;
    node->parent = parent;
    *link = node;
    repair(node);
}

void space_tree_remove(struct region_node *node)
{
    struct region_node *next, *start;

    if (node->child[0] == NULL || node->child[1] == NULL) {
        start = node->parent;
        replace(node->parent, node, node->child[node->child[0] == NULL]);
    } else { /* the next one, which has no lower child, takes its place */
        next = space_tree_next(node);
        start = next->parent == node ? next : next->parent;
        replace(next->parent, next, next->child[1]);
        replace(node->parent, node, next);
        next->child[0] = node->child[0];
        next->child[1] = node->child[1];
        next->child[0]->parent = next;
        if (next->child[1] != NULL)
            next->child[1]->parent = next;
    }
    repair(start);
}

struct region_node *space_tree_find(uintptr_t address)
{
    struct region_node *found = NULL;

    for (struct region_node *node = root; node != NULL;)
        if (node->region.end > address) {
            found = node;
            node = node->child[0];
        } else {
            node = node->child[1];
        }
    return found;
}

static struct region_node *neighbour(const struct region_node *node, int side)
{
    struct region_node *at = node->child[side];

    if (at != NULL) {
        while (at->child[!side] != NULL)
            at = at->child[!side];
        return at;
    }
    while (node->parent != NULL && node->parent->child[side] == node)
        node = node->parent;
    return node->parent;
}

struct region_node *space_tree_next(const struct region_node *node)
{
    return neighbour(node, 1);
}

struct region_node *space_tree_previous(const struct region_node *node)
{
    return neighbour(node, 0);
}

/* The lowest hole of `size` between two regions below `node`, which has one. */
static uintptr_t hole_below(const struct region_node *node, size_t size)
{
    for (;;) {
        const struct region_node *lower = node->child[0], *higher = node->child[1];

        if (lower != NULL && lower->hole >= size)
            node = lower;
        else if (lower != NULL && node->region.start - lower->high >= size)
            return lower->high;
        else if (higher->low - node->region.end >= size)
            return node->region.end;
        else
            node = higher;
    }
}

/* The lowest hole of `size` behind `node`: where it begins, or the end of the last region. */
static uintptr_t hole_behind(const struct region_node *node, size_t size)
{
    for (;;) {
        const struct region_node *higher = node->child[1];
        uintptr_t end = node->region.end;

        if (higher != NULL) {
            if (higher->low - end >= size)
                return end;
            if (higher->hole >= size)
                return hole_below(higher, size);
            end = higher->high;
        }
        while (node->parent != NULL && node->parent->child[1] == node)
            node = node->parent;
        node = node->parent;
        if (node == NULL || node->region.start - end >= size)
            return end;
    }
}

uintptr_t space_tree_hole(uintptr_t low, uintptr_t high, size_t size)
{
    const struct region_node *node = space_tree_find(low);

    /* The hole that `low` lies in, if it lies in one, counts from `low` on. */
    if (node != NULL && (node->region.start < low || node->region.start - low < size))
        low = hole_behind(node, size);
    return low < high && high - low >= size ? low : 0;
}
