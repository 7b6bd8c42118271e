#include <vnode_table.h>

/* Numbers of files are often in a row; the upper bits of others, as of nodes that are addresses, count too.
 */
static unsigned chain_of(uint64_t number)
{
    return (unsigned)(number * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

_Static_assert(VNODE_TABLE_CHAINS == 1u << (64 - 58), "as many as the shift leaves");

struct vnode_entry *vnode_table_find(const struct vnode_table *table, uint64_t number)
{
    struct vnode_entry *entry = table->chains[chain_of(number)];

    while (entry && entry->number != number)
        entry = entry->next;
    return entry;
}

void vnode_table_add(struct vnode_table *table, struct vnode_entry *entry)
{
    struct vnode_entry **chain = &table->chains[chain_of(entry->number)];

    entry->next = *chain;
    *chain = entry;
}

bool vnode_table_remove(struct vnode_table *table, const struct vnode_entry *entry)
{
    struct vnode_entry **link = &table->chains[chain_of(entry->number)];

    while (*link && *link != entry)
        link = &(*link)->next;
    if (!*link)
        return false;
    *link = entry->next;
    return true;
}

bool vnode_table_is_held(const struct vnode_table *table, const struct vnode *root)
{
    for (unsigned i = 0; i < VNODE_TABLE_CHAINS; i++)
        for (const struct vnode_entry *entry = table->chains[i]; entry; entry = entry->next)
            if (&entry->vnode != root)
                return true;
    return root->references != 1;
}
