/* Names that the server has told to hold for a while: of each node the one that it was last found by. */
#include "fuse.h"

#include <clock.h>
#include <string.h>

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), begun with the directory. */
static unsigned chain_of(uint64_t directory, const char *name, size_t length)
{
    uint32_t hash = 2166136261u ^ (uint32_t)directory;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return (hash ^ hash >> 15) % FUSE_NAME_CHAINS;
}

static struct fuse_node *find(const struct fuse_mount *mount, uint64_t directory, const char *name,
                              size_t length)
{
    struct fuse_node *node = mount->names[chain_of(directory, name, length)];

    while (node && (node->name.directory != directory || node->name.length != length ||
                    memcmp(node->name.text, name, length) != 0))
        node = node->name.next;
    return node;
}

struct fuse_node *fuse_name_find(const struct fuse_mount *mount, uint64_t directory, const char *name,
                                 size_t length)
{
    struct fuse_node *node = find(mount, directory, name, length);

    return node && clock_monotonic() < node->name.until ? node : NULL;
}

void fuse_name_forget(struct fuse_node *node)
{
    struct fuse_node **link;

    if (node->name.length == 0)
        return;
    link = &node->mount->names[chain_of(node->name.directory, node->name.text, node->name.length)];
    while (*link != node)
        link = &(*link)->name.next;
    *link = node->name.next;
    node->name.length = 0;
}

void fuse_name_keep(struct fuse_node *node, uint64_t directory, const char *name, size_t length,
                    uint64_t until)
{
    struct fuse_node *former = find(node->mount, directory, name, length), **chain;

    if (former)
        fuse_name_forget(former); /* the host has given the name to another file, perhaps */
    if (until == 0 || length > FUSE_NAME_KEPT)
        return;
    fuse_name_forget(node);
    chain = &node->mount->names[chain_of(directory, name, length)];
    node->name.next = *chain;
    node->name.directory = directory;
    node->name.until = until;
    node->name.length = (uint8_t)length;
    memcpy(node->name.text, name, length);
    *chain = node;
}

void fuse_name_changed(struct fuse_mount *mount, uint64_t directory, const char *name, size_t length)
{
    struct fuse_node *node = find(mount, directory, name, length);

    mount->names_changed = ++*FUSE_TIME(mount);
    if (node)
        fuse_name_forget(node);
}

void fuse_names_forget(struct fuse_mount *mount, uint64_t directory)
{
    for (unsigned i = 0; i < FUSE_NAME_CHAINS; i++) {
        struct fuse_node *node = mount->names[i], *next;

        for (; node; node = next) {
            next = node->name.next;
            if (node->name.directory == directory)
                fuse_name_forget(node);
        }
    }
}
