/*
 * Files in memory: found by number, as long as somebody holds them or they have changes that are not in a
 * committed transaction.
 */
#include "ext4.h"

#include <crc32c.h>
#include <errno.h>
#include <heap.h>
#include <string.h>

extern const struct vnode_ops ext4_operations;

static struct ext4_node **chain_of(struct ext4 *fs, uint32_t number)
{
    return &fs->nodes[number % EXT4_NODE_CHAINS];
}

/* Where an inode stands. */
static int place(struct ext4 *fs, uint32_t number, struct block_buffer **buffer, struct ext4_inode **found)
{
    const struct ext4_group *group = &fs->groups[(number - 1) / fs->super.inodes_per_group];
    uint64_t offset = (uint64_t)((number - 1) % fs->super.inodes_per_group) * fs->inode_size;
    int error = ext4_block_get(fs, group->inode_table + (offset >> fs->block_bits), EXT4_PLAIN, 0, buffer);

    if (error == 0)
        *found = (struct ext4_inode *)((char *)(*buffer)->data + (offset & (fs->block_size - 1)));
    return error;
}

/* Whether the inode reaches as far as to have a certain field. */
#define REACHES(fs, inode, field)                                                                            \
    ((fs)->inode_size > EXT4_INODE_SHORT &&                                                                  \
     offsetof(struct ext4_inode, field) + sizeof((inode)->field) <= EXT4_INODE_SHORT + (inode)->extra_isize)

static uint32_t checksum(const struct ext4_node *node, struct ext4_inode *inode)
{
    bool both = REACHES(node->fs, inode, checksum_hi);
    uint16_t lo = inode->checksum_lo, hi = both ? inode->checksum_hi : 0;
    uint32_t sum;

    inode->checksum_lo = 0;
    if (both)
        inode->checksum_hi = 0;
    sum = crc32c(node->seed, inode, node->fs->inode_size);
    inode->checksum_lo = lo;
    if (both)
        inode->checksum_hi = hi;
    return both ? sum : sum & 0xffff;
}

static void make_seed(struct ext4_node *node)
{
    node->seed = crc32c(node->fs->seed, &node->number, sizeof(node->number));
    node->seed = crc32c(node->seed, &node->inode->generation, sizeof(node->inode->generation));
}

static struct ext4_node *allocate(struct ext4 *fs, uint32_t number)
{
    struct ext4_node *node = heap_alloc(sizeof(*node) + 2 * (size_t)fs->inode_size);

    if (node == NULL)
        return NULL;
    memset(node, 0, sizeof(*node) + 2 * (size_t)fs->inode_size);
    node->before = (struct ext4_inode *)((char *)node->inode + fs->inode_size);
    node->fs = fs;
    node->number = number;
    node->vnode.ops = &ext4_operations;
    node->vnode.references = 1;
    return node;
}

static void set_type(struct ext4_node *node)
{
    uint16_t type = node->inode->mode & VNODE_TYPE_MASK;

    node->vnode.type = type;
    node->vnode.flags = type == VNODE_FILE ? VNODE_CACHED : type == VNODE_DIRECTORY ? VNODE_NAMELESS : 0;
}

static void insert(struct ext4_node *node)
{
    struct ext4_node **chain = chain_of(node->fs, node->number);

    set_type(node);
    node->chain = *chain;
    *chain = node;
}

void ext4_node_forget(struct ext4_node *node)
{
    struct ext4_node **link = chain_of(node->fs, node->number);

    while (*link != node)
        link = &(*link)->chain;
    *link = node->chain;
    heap_free(node);
}

/* Whether the rest may rely on what the inode says. */
static bool valid(const struct ext4 *fs, const struct ext4_node *node)
{
    const struct ext4_inode *inode = node->inode;
    uint32_t type = inode->mode & VNODE_TYPE_MASK;
    uint64_t size = ext4_size(node);

    if (fs->inode_size > EXT4_INODE_SHORT &&
        (inode->extra_isize > fs->inode_size - EXT4_INODE_SHORT || inode->extra_isize % 4 != 0))
        return false;
    if (type == VNODE_DIRECTORY)
        return (inode->flags & EXT4_INODE_EXTENTS) && size != 0 && size % fs->block_size == 0 &&
               size >> fs->block_bits <= INT32_MAX;
    if (type == VNODE_FILE)
        return size <= (uint64_t)UINT32_MAX << fs->block_bits;
    if (type == VNODE_SYMLINK)
        return size != 0 &&
               (inode->flags & EXT4_INODE_EXTENTS ? size < fs->block_size : size < sizeof(inode->block));
    return type == VNODE_DEVICE || type == 0060000 || type == VNODE_FIFO || type == VNODE_SOCKET;
}

int ext4_node_get(struct ext4 *fs, uint32_t number, struct ext4_node **found)
{
    struct ext4_node *node;
    struct block_buffer *buffer;
    struct ext4_inode *inode;
    uint32_t sum;
    int error;

    if (number == 0 || number > fs->super.inodes_count)
        return ext4_corrupted(fs, "inode beyond the end", number);
    for (node = *chain_of(fs, number); node != NULL; node = node->chain) {
        if (node->number == number) {
            vnode_get(&node->vnode);
            *found = node;
            return 0;
        }
    }
    node = allocate(fs, number);
    if (node == NULL)
        return -ENOMEM;
    error = place(fs, number, &buffer, &inode);
    if (error != 0) {
        heap_free(node);
        return error;
    }
    memcpy(node->inode, inode, fs->inode_size);
    ext4_block_put(fs, buffer);
    make_seed(node);
    sum = node->inode->checksum_lo;
    if (REACHES(fs, node->inode, checksum_hi))
        sum |= (uint32_t)node->inode->checksum_hi << 16;
    if (fs->checksums && (node->inode->extra_isize > fs->inode_size || sum != checksum(node, node->inode))) {
        ext4_corrupted(fs, "inode has a wrong checksum", number);
        error = -EBADMSG;
    } else if (!valid(fs, node)) {
        error = ext4_corrupted(fs, "inode makes no sense", number);
    }
    if (error != 0) {
        heap_free(node);
        return error;
    }
    insert(node);
    *found = node;
    return 0;
}

int ext4_node_new(struct ext4 *fs, uint32_t number, uint32_t mode, struct ext4_node **made)
{
    struct ext4_node *node;
    struct ext4_inode *inode;
    int error;

    for (node = *chain_of(fs, number); node != NULL; node = node->chain)
        if (node->number == number) {
            /* Its last owner is gone, and only waits for the commit. */
            if (node->vnode.references != 0 || node->inode->links_count != 0)
                return ext4_corrupted(fs, "free inode is used", number);
            break;
        }
    if (node == NULL) {
        node = allocate(fs, number);
        if (node == NULL)
            return -ENOMEM;
        node->inode->mode = (uint16_t)mode;
        insert(node);
    } else {
        vnode_get(&node->vnode);
    }
    error = ext4_node_change(node, true);
    if (error != 0) {
        ext4_node_put(node);
        return error;
    }
    inode = node->inode;
    node->stale_tail = false; /* of the file that had this number before */
    memset(inode, 0, fs->inode_size);
    inode->mode = (uint16_t)mode;
    set_type(node);
    inode->generation = (uint32_t)ext4_now() ^ number * 0x9e3779b1u;
    if (fs->inode_size > EXT4_INODE_SHORT)
        inode->extra_isize =
            (uint16_t)ext4_min(sizeof(*inode) - EXT4_INODE_SHORT, fs->inode_size - EXT4_INODE_SHORT);
    make_seed(node);
    *made = node;
    return 0;
}

void ext4_node_put(struct ext4_node *node)
{
    if (node != NULL && --node->vnode.references == 0 && !node->dirty)
        ext4_node_forget(node);
}

int ext4_node_change(struct ext4_node *node, bool content)
{
    struct ext4 *fs = node->fs;

    if (!node->touched) {
        struct block_buffer *buffer;
        struct ext4_inode *inode;
        int error = place(fs, node->number, &buffer, &inode);
        if (error != 0)
            return error;
        error = ext4_block_change(fs, buffer);
        ext4_block_put(fs, buffer);
        if (error != 0)
            return error;
        memcpy(node->before, node->inode, fs->inode_size);
        node->before_changed_in = node->changed_in;
        node->before_content_in = node->content_in;
        node->touched = true;
        node->next_touched = fs->touched_nodes;
        fs->touched_nodes = node;
        if (!node->dirty) {
            node->dirty = node->joined = true;
            node->next_dirty = fs->dirty_nodes;
            fs->dirty_nodes = node;
        }
    }
    node->changed_in = fs->transaction;
    if (content)
        node->content_in = fs->transaction;
    return 0;
}

void ext4_nodes_accept(struct ext4 *fs)
{
    for (; fs->touched_nodes != NULL; fs->touched_nodes = fs->touched_nodes->next_touched)
        fs->touched_nodes->touched = fs->touched_nodes->joined = false;
}

void ext4_nodes_undo(struct ext4 *fs)
{
    struct ext4_node *node;

    /* Those that became dirty in this operation are the first. */
    while (fs->dirty_nodes != NULL && fs->dirty_nodes->joined) {
        fs->dirty_nodes->dirty = false;
        fs->dirty_nodes = fs->dirty_nodes->next_dirty;
    }
    while ((node = fs->touched_nodes) != NULL) {
        fs->touched_nodes = node->next_touched;
        node->touched = node->joined = false;
        memcpy(node->inode, node->before, fs->inode_size);
        set_type(node);
        make_seed(node);
        node->changed_in = node->before_changed_in;
        node->content_in = node->before_content_in;
        if (node->vnode.references == 0 && !node->dirty)
            ext4_node_forget(node);
    }
}

int ext4_nodes_store(struct ext4 *fs)
{
    for (struct ext4_node *node = fs->dirty_nodes; node != NULL; node = node->next_dirty) {
        struct block_buffer *buffer;
        struct ext4_inode *inode;
        int error = place(fs, node->number, &buffer, &inode);
        if (error != 0)
            return error;
        if (fs->checksums) {
            uint32_t sum = checksum(node, node->inode);
            node->inode->checksum_lo = (uint16_t)sum;
            if (REACHES(fs, node->inode, checksum_hi))
                node->inode->checksum_hi = (uint16_t)(sum >> 16);
        }
        memcpy(inode, node->inode, fs->inode_size);
        ext4_block_put(fs, buffer);
    }
    return 0;
}

void ext4_nodes_rest(struct ext4 *fs)
{
    struct ext4_node *node;

    while ((node = fs->dirty_nodes) != NULL) {
        fs->dirty_nodes = node->next_dirty;
        node->dirty = false;
        /* Not before a crash could not bring it back any more. We never show it; others might. */
        if (node->stale_tail && node->inode->links_count != 0 && ext4_size(node) % fs->block_size != 0)
            (void)ext4_zero_bytes(node, ext4_size(node), (ext4_size(node) | (fs->block_size - 1)) + 1);
        node->stale_tail = false;
        if (node->vnode.references == 0)
            ext4_node_forget(node);
    }
}

void ext4_nodes_drop(struct ext4 *fs)
{
    for (uint32_t i = 0; fs->nodes != NULL && i < EXT4_NODE_CHAINS; i++)
        while (fs->nodes[i] != NULL)
            ext4_node_forget(fs->nodes[i]);
}
