/*
 * Nodes below /dev, beyond those that every image has.
 *
 * Each provider defines one `const struct device_nodes`; the selected ones are listed in the generated table,
 * which devfs looks at: it makes the nodes at the start, and asks the providers in turn when one is opened. A
 * provider finds out what it has in its init function, and no later.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct open_file; /* fd_table.h */

#define DEVICE_NODE_ROOM 64u

struct device_node {
    char path[DEVICE_NODE_ROOM]; /* below /dev, "vda"; folders in it are made */
    uint32_t mode;               /* VNODE_DEVICE or VNODE_BLOCK_DEVICE (vnode.h), and permissions */
    uint32_t number;             /* 256 * major + minor */
};

struct device_nodes {
    /* Fills in the node number `index`, from 0 on; false: there are no more. */
    bool (*node)(unsigned index, struct device_node *node);
    /* Opens what has that number: 0, -ENXIO if it is none of the provider's, or another error. `flags` are
     * those of struct open_file. */
    int (*open)(uint32_t number, unsigned flags, struct open_file **opened);
};

extern const struct device_nodes *const device_nodes_table[];
extern const size_t device_nodes_table_count;
