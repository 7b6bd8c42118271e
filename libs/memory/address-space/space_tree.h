/*
 * The regions of the address space, in order of address: a balanced tree (AVL).
 *
 * Each node knows of what stands below it where it begins and ends and how large the largest hole between two
 * regions is, so that a hole is found without looking at every region.
 */
#pragma once

#include <region_pages.h>

struct region_node {
    struct region region;
    struct region_node *child[2]; /* lower and higher addresses */
    struct region_node *parent;
    uintptr_t low, high; /* of this and all below it: the first start and the last end */
    size_t hole;         /* bytes of the largest hole between two of them */
    int height;          /* 1 without children */
};

void space_tree_add(struct region_node *node); /* its region touches no other */
void space_tree_remove(struct region_node *node);
void space_tree_changed(struct region_node *node); /* its start or end is not what it was */

/* The first region that ends above `address`, and the one after and before a node. NULL: none. */
struct region_node *space_tree_find(uintptr_t address);
struct region_node *space_tree_next(const struct region_node *node);
struct region_node *space_tree_previous(const struct region_node *node);

/* The lowest hole of at least `size` bytes in [low, high); 0: there is none. */
uintptr_t space_tree_hole(uintptr_t low, uintptr_t high, size_t size);
