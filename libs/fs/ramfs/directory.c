/*
 * The names in a directory: a list in order of creation, and beside it, once there are more than a few, lists
 * by hash.
 *
 * The hashed lists only make searching faster: where there is no memory for them, names are still found.
 */
#include "node.h"

#include <heap.h>
#include <string.h>

#define FEW 8 /* names that are searched one by one */

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint32_t hash_of(const char *name, size_t length)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)name[i]) * 16777619u;
    return hash;
}

static struct entry **chain_of(const struct directory *directory, uint32_t hash)
{
    return &directory->chains[hash & ((1u << directory->chain_bits) - 1)];
}

struct entry *ramfs_entry_find(const struct directory *directory, const char *name, size_t length)
{
    uint32_t hash = hash_of(name, length);
    bool chained = directory->chains != NULL;
    struct entry *entry = chained ? *chain_of(directory, hash) : directory->first;

    while (entry != NULL &&
           (entry->hash != hash || entry->length != length || memcmp(entry->name, name, length) != 0))
        entry = chained ? entry->chain : entry->next;
    return entry;
}

struct entry *ramfs_entry_new(const char *name, size_t length)
{
    struct entry *entry = heap_alloc(sizeof(*entry) + length);

    if (entry == NULL)
        return NULL;
    entry->hash = hash_of(name, length);
    entry->length = (uint16_t)length;
    memcpy(entry->name, name, length);
    return entry;
}

/* Twice as many lists as names, if memory allows. */
static void spread(struct directory *directory)
{
    unsigned bits = 4;
    struct entry **chains, **old = directory->chains;

    while ((size_t)1 << bits < 2 * directory->count)
        bits++;
    chains = heap_alloc(sizeof(*chains) << bits);
    if (chains == NULL)
        return;
    memset(chains, 0, sizeof(*chains) << bits);
    directory->chains = chains;
    directory->chain_bits = bits;
    for (struct entry *entry = directory->first; entry != NULL; entry = entry->next) {
        struct entry **chain = chain_of(directory, entry->hash);
        entry->chain = *chain;
        *chain = entry;
    }
    heap_free(old);
}

void ramfs_entry_add(struct directory *directory, struct entry *entry, struct node *node)
{
    entry->node = node;
    entry->serial = ++directory->serial;
    entry->next = NULL;
    entry->previous = directory->last;
    *(directory->last != NULL ? &directory->last->next : &directory->first) = entry;
    directory->last = entry;
    directory->count++;
    if (directory->chains != NULL) {
        struct entry **chain = chain_of(directory, entry->hash);
        entry->chain = *chain;
        *chain = entry;
    }
    if (directory->count > (directory->chains != NULL ? (size_t)1 << directory->chain_bits : FEW))
        spread(directory);
}

void ramfs_entry_remove(struct directory *directory, struct entry *entry)
{
    *(entry->previous != NULL ? &entry->previous->next : &directory->first) = entry->next;
    *(entry->next != NULL ? &entry->next->previous : &directory->last) = entry->previous;
    directory->count--;
    if (directory->chains != NULL) {
        struct entry **link = chain_of(directory, entry->hash);
        while (*link != entry)
            link = &(*link)->chain;
        *link = entry->chain;
    }
    heap_free(entry);
}
