/*
 * Directories: blocks of entries, sorted by name, in each block and from block to block.
 *
 * A cookie is 4096 times the block, plus the number of the entry in it: a block has 341 at most.
 */
#include "erofs.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

struct name {
    const char *text;
    size_t length;
};

/* How many entries the `size` bytes of a block have; 0 if the first one makes no sense. */
static unsigned count_entries(const unsigned char *block, size_t size)
{
    unsigned names;

    if (size < EROFS_ENTRY_SIZE)
        return 0;
    names = erofs_le16(block + EROFS_ENTRY_NAME);
    return names % EROFS_ENTRY_SIZE == 0 && names <= size ? names / EROFS_ENTRY_SIZE : 0;
}

/* The name of entry `i` of `count`; false if it is none. The last one ends with the block or at a NUL. */
static bool name_of(const unsigned char *block, size_t size, unsigned count, unsigned i, struct name *name)
{
    const unsigned char *entry = block + i * EROFS_ENTRY_SIZE;
    unsigned start = erofs_le16(entry + EROFS_ENTRY_NAME);
    size_t end = i + 1 < count ? erofs_le16(entry + EROFS_ENTRY_SIZE + EROFS_ENTRY_NAME) : size;

    if (start < count * EROFS_ENTRY_SIZE || start >= end || end > size)
        return false;
    name->text = (const char *)block + start;
    for (name->length = 0; name->length < end - start; name->length++) {
        char c = name->text[name->length];

        if (c == '\0' && i + 1 == count)
            break; /* the rest of the block */
        if (c == '\0' || c == '/')
            return false;
    }
    return name->length != 0 && name->length <= VNODE_NAME_MAX;
}

static int compare(const char *text, size_t length, const struct name *name)
{
    size_t both = length < name->length ? length : name->length;
    int order = memcmp(text, name->text, both);

    if (order == 0)
        order = (length > name->length) - (length < name->length);
    return order;
}

static uint64_t count_blocks(const struct erofs_file *dir)
{
    return (dir->size + EROFS_BLOCK - 1) / EROFS_BLOCK;
}

/* Reads block `number` of a directory to `block`, and says how many bytes of it belong to the directory. */
static int read_block(struct erofs_file *dir, uint64_t number, unsigned char *block, size_t *size)
{
    uint64_t left = dir->size - number * EROFS_BLOCK;
    long got;

    *size = left < EROFS_BLOCK ? (size_t)left : EROFS_BLOCK;
    got = erofs_read(&dir->vnode, block, *size, number * EROFS_BLOCK);
    if (got < 0)
        return (int)got;
    return (size_t)got == *size ? 0 : -EIO;
}

/* Looks for a name in a block: 0 and its number; -ENOENT, and `order` says on which side it would be. */
static int find_in(struct erofs *fs, const unsigned char *block, size_t size, const char *text, size_t length,
                   uint64_t *number, int *order)
{
    unsigned count = count_entries(block, size), low = 0, high = count;

    if (count == 0)
        return erofs_damaged(fs, "a directory without entries");
    *order = 0;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        struct name name;
        int side;

        if (!name_of(block, size, count, middle, &name))
            return erofs_damaged(fs, "a name in a directory");
        side = compare(text, length, &name);
        if (side == 0) {
            *number = erofs_le64(block + middle * EROFS_ENTRY_SIZE);
            return 0;
        }
        if (side < 0)
            high = middle;
        else
            low = middle + 1;
    }
    *order = low == 0 ? -1 : low == count;
    return -ENOENT;
}

int erofs_lookup(struct vnode *vnode, const char *name, size_t length, struct vnode **found)
{
    struct erofs_file *dir = erofs_file_of(vnode);
    uint64_t low = 0, high = count_blocks(dir), number = 0;
    unsigned char *block = heap_alloc(EROFS_BLOCK);
    int error = -ENOENT;

    if (block == NULL)
        return -ENOMEM;
    while (error == -ENOENT && low < high) {
        uint64_t middle = low + (high - low) / 2;
        size_t size;
        int order = 0;

        error = read_block(dir, middle, block, &size);
        if (error == 0)
            error = find_in(dir->fs, block, size, name, length, &number, &order);
        if (error != -ENOENT || order == 0)
            break;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    heap_free(block);
    return error != 0 ? error : erofs_file_get(dir->fs, number, found);
}

/* The kinds of files in entries: EROFS_FT_* in fs/erofs/erofs_fs.h, which are Linux's FT_*. */
static uint32_t type_of(unsigned char kind)
{
    static const uint16_t types[] = {
        0,          VNODE_FILE,   VNODE_DIRECTORY, VNODE_DEVICE, VNODE_BLOCK_DEVICE,
        VNODE_FIFO, VNODE_SOCKET, VNODE_SYMLINK};

    return kind < sizeof(types) / sizeof(types[0]) ? types[kind] : 0;
}

static bool is_dots(const struct name *name)
{
    return name->text[0] == '.' && (name->length == 1 || (name->length == 2 && name->text[1] == '.'));
}

/* Offers the entries of a block from number `i` on; 1 when `take` has declined. */
static int offer(struct erofs *fs, const unsigned char *block, size_t size, uint64_t number, unsigned i,
                 vnode_entry_taker *take, void *context)
{
    unsigned count = count_entries(block, size);

    if (count == 0)
        return erofs_damaged(fs, "a directory without entries");
    for (; i < count; i++) {
        const unsigned char *entry = block + i * EROFS_ENTRY_SIZE;
        struct name name;

        if (!name_of(block, size, count, i, &name))
            return erofs_damaged(fs, "a name in a directory");
        if (!is_dots(&name) && !take(context, name.text, name.length, erofs_le64(entry),
                                     type_of(entry[EROFS_ENTRY_TYPE]), number * EROFS_BLOCK + i + 1))
            return 1;
    }
    return 0;
}

int erofs_entries(struct vnode *vnode, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    struct erofs_file *dir = erofs_file_of(vnode);
    unsigned char *block = heap_alloc(EROFS_BLOCK);
    unsigned first = cookie % EROFS_BLOCK;
    int error = block == NULL ? -ENOMEM : 0;

    for (uint64_t number = cookie / EROFS_BLOCK; error == 0 && number < count_blocks(dir); number++) {
        size_t size;

        error = read_block(dir, number, block, &size);
        if (error == 0)
            error = offer(dir->fs, block, size, number, first, take, context);
        first = 0;
    }
    heap_free(block);
    return error < 0 ? error : 0;
}
