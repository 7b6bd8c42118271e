/*
 * The end of a file system: all of its files go, from the leaves up.
 */
#include "node.h"

#include <errno.h>
#include <mount_table.h>

/* Whether anybody has something of it beside the root. */
static bool is_held(struct node *root)
{
    struct node *dir = root;
    struct entry *entry = dir->directory.first;

    if (root->vnode.references != 1)
        return true;
    for (;;) {
        if (entry == NULL) {
            if (dir == root)
                return false;
            entry = dir->directory.entry->next;
            dir = dir->directory.parent;
        } else if (entry->node->vnode.references != 0) {
            return true;
        } else if (entry->node->vnode.type == VNODE_DIRECTORY) {
            dir = entry->node;
            entry = dir->directory.first;
        } else {
            entry = entry->next;
        }
    }
}

int ramfs_unmount(struct vnode *root)
{
    struct node *dir = node_of(root);

    if (is_held(dir))
        return -EBUSY;
    while (dir != node_of(root) || dir->directory.first != NULL) {
        struct entry *entry = dir->directory.first;
        struct vnode *vnode;

        if (entry == NULL) {
            entry = dir->directory.entry;
            dir = dir->directory.parent;
        } else if (entry->node->vnode.type == VNODE_DIRECTORY && entry->node->directory.first != NULL) {
            dir = entry->node;
            continue;
        }
        vnode = vnode_get(&entry->node->vnode);
        ramfs_detach(dir, entry);
        vnode_put(vnode);
    }
    node_of(root)->links = 0;
    vnode_put(root);
    return 0;
}
