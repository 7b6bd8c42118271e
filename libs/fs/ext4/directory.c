/*
 * Directories: blocks of entries, in any order, or found by a tree (tree.c).
 */
#include "directory.h"

#include <errno.h>
#include <string.h>

bool ext4_directory_valid(const struct ext4 *fs, const struct block_buffer *buffer)
{
    uint32_t room = ext4_directory_room(fs), offset = 0;

    while (offset < room) {
        const struct ext4_entry *entry = ext4_entry_at(buffer, offset);
        if (room - offset < 12 ||
            entry->length < ext4_entry_room(entry->inode != 0 ? entry->name_length : 1) ||
            entry->length % 4 != 0 || entry->length > room - offset ||
            (entry->inode != 0 && entry->name_length == 0))
            return false;
        offset += entry->length;
    }
    if (fs->checksums) {
        const struct ext4_entry_tail *tail = (struct ext4_entry_tail *)ext4_entry_at(buffer, room);
        return tail->zero == 0 && tail->length == sizeof(*tail) && tail->zero_name_length == 0 &&
               tail->type == EXT4_TAIL_TYPE;
    }
    return true;
}

void ext4_directory_empty(struct ext4 *fs, struct block_buffer *buffer)
{
    uint32_t room = ext4_directory_room(fs);
    struct ext4_entry *entry = ext4_entry_at(buffer, 0);

    memset(buffer->data, 0, fs->block_size);
    entry->length = (uint16_t)room;
    if (fs->checksums) {
        struct ext4_entry_tail *tail = (struct ext4_entry_tail *)ext4_entry_at(buffer, room);
        tail->length = sizeof(*tail);
        tail->type = EXT4_TAIL_TYPE;
    }
}

int ext4_directory_block(struct ext4_node *dir, uint32_t block, enum ext4_kind kind,
                         struct block_buffer **buffer)
{
    struct ext4_mapping mapping;
    int error = ext4_map(dir, block, &mapping);

    if (error != 0)
        return error;
    if (mapping.state != EXT4_WRITTEN || block >= ext4_size(dir) >> dir->fs->block_bits)
        return ext4_corrupted(dir->fs, "hole in directory", dir->number);
    return ext4_block_get(dir->fs, mapping.physical, kind, dir->seed, buffer);
}

int ext4_directory_append(struct ext4_node *dir, enum ext4_kind kind, uint32_t *block,
                          struct block_buffer **buffer)
{
    struct ext4 *fs = dir->fs;
    struct ext4_mapping mapping;
    int error;

    *block = (uint32_t)(ext4_size(dir) >> fs->block_bits);
    if (*block >= (uint32_t)INT32_MAX >> fs->block_bits) /* Linux without the feature large_dir: 2 GiB */
        return -ENOSPC;
    error = ext4_file_allocate(dir, *block, 1, &mapping);
    if (error == 0)
        error = ext4_extent_insert(dir, *block, mapping.physical, 1, false);
    if (error == 0)
        error = ext4_block_new(fs, mapping.physical, kind, dir->seed, buffer);
    if (error == 0)
        ext4_set_size(dir, (uint64_t)(*block + 1) << fs->block_bits);
    return error;
}

int ext4_directory_find_in(struct ext4 *fs, struct block_buffer *buffer, const char *name, size_t length,
                           struct ext4_place *place)
{
    uint32_t room = ext4_directory_room(fs);

    place->previous = NULL;
    for (uint32_t offset = 0; offset < room; offset += place->entry->length) {
        place->entry = ext4_entry_at(buffer, offset);
        if (place->entry->inode != 0 && place->entry->name_length == length &&
            memcmp(place->entry->name, name, length) == 0) {
            place->buffer = buffer;
            return 0;
        }
        place->previous = place->entry;
    }
    return -ENOENT;
}

/* The codes of directory.rst for file types. */
static uint8_t type_code(uint32_t mode)
{
    static const uint8_t codes[16] = {
        [001] = 5, [002] = 3, [004] = 2, [006] = 4, [010] = 1, [012] = 7, [014] = 6};

    return codes[mode >> 12 & 15];
}

static void fill(struct ext4_entry *entry, const char *name, size_t length, uint32_t number, uint32_t mode)
{
    entry->inode = number;
    entry->name_length = (uint8_t)length;
    entry->type = type_code(mode);
    memcpy(entry->name, name, length);
}

int ext4_directory_add_to(struct ext4 *fs, struct block_buffer *buffer, const char *name, size_t length,
                          uint32_t number, uint32_t mode)
{
    uint32_t room = ext4_directory_room(fs), wanted = ext4_entry_room(length), used;
    struct ext4_entry *entry;
    int error;

    for (uint32_t offset = 0; offset < room; offset += entry->length) {
        entry = ext4_entry_at(buffer, offset);
        used = entry->inode != 0 ? ext4_entry_room(entry->name_length) : 0;
        if (entry->length - used < wanted)
            continue;
        error = ext4_block_change(fs, buffer);
        if (error != 0)
            return error;
        entry = ext4_entry_at(buffer, offset);
        if (used != 0) {
            struct ext4_entry *behind = ext4_entry_at(buffer, offset + used);
            behind->length = (uint16_t)(entry->length - used);
            entry->length = (uint16_t)used;
            entry = behind;
        }
        fill(entry, name, length, number, mode);
        return 0;
    }
    return -ENOSPC;
}

int ext4_directory_find(struct ext4_node *dir, const char *name, size_t length, struct ext4_place *place)
{
    struct ext4 *fs = dir->fs;
    bool up = length == 2 && memcmp(name, "..", 2) == 0;
    uint32_t blocks = up ? 1 : (uint32_t)(ext4_size(dir) >> fs->block_bits);
    struct block_buffer *buffer;
    int error;

    if (ext4_is_tree(dir) && !up)
        return ext4_tree_find(dir, name, length, place);
    for (uint32_t block = 0; block < blocks; block++) {
        error = ext4_directory_block(dir, block, up && ext4_is_tree(dir) ? EXT4_TREE_ROOT : EXT4_DIRECTORY,
                                     &buffer);
        if (error != 0)
            return error;
        if (up) { /* always the second */
            place->previous = ext4_entry_at(buffer, 0);
            place->entry = ext4_entry_at(buffer, 12);
            place->buffer = buffer;
            if (place->previous->length == 12 && place->entry->name_length == 2 &&
                memcmp(place->entry->name, "..", 2) == 0)
                return 0;
            ext4_block_put(fs, buffer);
            return ext4_corrupted(fs, "no .. in directory", dir->number);
        }
        error = ext4_directory_find_in(fs, buffer, name, length, place);
        if (error == 0)
            return 0;
        ext4_block_put(fs, buffer);
    }
    return -ENOENT;
}

int ext4_directory_add(struct ext4_node *dir, const char *name, size_t length, uint32_t number, uint32_t mode)
{
    struct ext4 *fs = dir->fs;
    uint32_t blocks = (uint32_t)(ext4_size(dir) >> fs->block_bits), block;
    struct block_buffer *buffer;
    int error;

    if (ext4_is_tree(dir))
        return ext4_tree_add(dir, name, length, number, mode);
    for (block = 0; block < blocks; block++) {
        error = ext4_directory_block(dir, block, EXT4_DIRECTORY, &buffer);
        if (error != 0)
            return error;
        error = ext4_directory_add_to(fs, buffer, name, length, number, mode);
        ext4_block_put(fs, buffer);
        if (error != -ENOSPC)
            return error;
    }
    if (blocks == 1 && fs->super.feature_compat & EXT4_COMPAT_DIR_INDEX) {
        error = ext4_tree_begin(dir);
        return error != 0 ? error : ext4_tree_add(dir, name, length, number, mode);
    }
    error = ext4_directory_append(dir, EXT4_DIRECTORY, &block, &buffer);
    if (error != 0)
        return error;
    ext4_directory_empty(fs, buffer);
    error = ext4_directory_add_to(fs, buffer, name, length, number, mode);
    ext4_block_put(fs, buffer);
    return error;
}

int ext4_directory_remove(struct ext4_node *dir, const char *name, size_t length)
{
    struct ext4 *fs = dir->fs;
    struct ext4_place place;
    int error = ext4_directory_find(dir, name, length, &place);

    if (error != 0)
        return error;
    error = ext4_block_change(fs, place.buffer);
    if (error == 0) {
        place.entry->inode = 0;
        if (place.previous != NULL) {
            place.previous->length = (uint16_t)(place.previous->length + place.entry->length);
            memset(place.entry, 0, ext4_entry_room(0));
        }
    }
    ext4_block_put(fs, place.buffer);
    return error;
}

int ext4_directory_replace(struct ext4_node *dir, const char *name, size_t length, uint32_t number,
                           uint32_t mode)
{
    struct ext4_place place;
    int error = ext4_directory_find(dir, name, length, &place);

    if (error != 0)
        return error;
    error = ext4_block_change(dir->fs, place.buffer);
    if (error == 0) {
        place.entry->inode = number;
        place.entry->type = type_code(mode);
    }
    ext4_block_put(dir->fs, place.buffer);
    return error;
}

int ext4_directory_begin(struct ext4_node *dir, uint32_t parent)
{
    struct ext4 *fs = dir->fs;
    struct block_buffer *buffer;
    struct ext4_entry *entry;
    uint32_t block;
    int error = ext4_directory_append(dir, EXT4_DIRECTORY, &block, &buffer);

    if (error != 0)
        return error;
    ext4_directory_empty(fs, buffer);
    entry = ext4_entry_at(buffer, 0);
    fill(entry, ".", 1, dir->number, VNODE_DIRECTORY);
    entry->length = 12;
    entry = ext4_entry_at(buffer, 12);
    fill(entry, "..", 2, parent, VNODE_DIRECTORY);
    entry->length = (uint16_t)(ext4_directory_room(fs) - 12);
    ext4_block_put(fs, buffer);
    return 0;
}

/* Whether a block has no entries but "." and "..". */
static bool is_bare(const struct ext4 *fs, const struct block_buffer *buffer)
{
    uint32_t room = ext4_directory_room(fs);
    const struct ext4_entry *entry;

    for (uint32_t offset = 0; offset < room; offset += entry->length) {
        entry = ext4_entry_at(buffer, offset);
        if (entry->inode != 0 &&
            !(entry->name[0] == '.' &&
              (entry->name_length == 1 || (entry->name_length == 2 && entry->name[1] == '.'))))
            return false;
    }
    return true;
}

int ext4_directory_is_empty(struct ext4_node *dir)
{
    struct ext4 *fs = dir->fs;
    uint32_t blocks = (uint32_t)(ext4_size(dir) >> fs->block_bits), hash;
    struct ext4_tree_path path;
    struct block_buffer *buffer;
    int result = ext4_is_tree(dir) ? ext4_tree_path_find(dir, 0, &path) : 0;

    if (result != 0)
        return result;
    for (uint32_t block = 0;; block++) {
        result = ext4_is_tree(dir) ? ext4_tree_path_leaf(dir, &path, &buffer)
                                   : ext4_directory_block(dir, block, EXT4_DIRECTORY, &buffer);
        if (result == 0) {
            result = is_bare(fs, buffer) ? 1 : 0;
            ext4_block_put(fs, buffer);
        }
        if (result <= 0)
            break;
        if (!ext4_is_tree(dir) && block + 1 == blocks)
            return 1;
        if (ext4_is_tree(dir)) {
            result = ext4_tree_path_next(dir, &path, &hash);
            if (result < 0)
                return result;
            if (result == 0) {
                result = 1;
                break;
            }
        }
    }
    if (ext4_is_tree(dir))
        ext4_tree_path_put(dir, &path);
    return result;
}
