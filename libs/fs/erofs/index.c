/*
 * Where the data of a compressed file are: an index for each of its blocks says whether compressed (or
 * stored) data begin there, at which of its bytes and in which block of the image; or how far back they
 * began.
 *
 * Full indexes take 8 bytes. Packed ones come in packs of 2 (4 bytes each) or 16 (2 bytes each): 2 bits for
 * the kind and 12 for the rest, then 4 bytes with the block of the first data that begin in the pack, counted
 * from 0 for what lies before it; those of the others are counted on from there. In the last of a pack a
 * MIDDLE has the distance forward in place of back, so what stands before it is asked.
 *
 * Documentation/filesystems/erofs.rst and fs/erofs/zmap.c of Linux.
 */
#include "erofs.h"

#include <errno.h>

#define PACK_MAX 32 /* bytes */
#define REST_BITS 12
#define REST_MASK 0xfffu

struct map {
    struct erofs_file *file;
    uint64_t header; /* its address */
    uint64_t count;  /* blocks of the uncompressed file */
    unsigned advice;
    unsigned tail_size;
};

struct index {
    enum erofs_kind kind;
    unsigned start;  /* of a beginning: byte in the block */
    uint32_t block;  /* of a beginning: block of the image */
    unsigned back;   /* of a MIDDLE: blocks back, at least 1; 0: not known */
    unsigned blocks; /* of a MIDDLE: size of the compressed data, 0: not said */
    uint64_t behind; /* address behind the index, or behind its pack */
};

struct pack {
    unsigned char bytes[PACK_MAX + 4]; /* and room for reading the last ones in one piece */
    unsigned count, width;             /* width: bits of an index */
};

static int open_map(struct erofs_file *file, struct map *map)
{
    unsigned char raw[EROFS_MAP_HEADER];
    int error;

    map->file = file;
    map->header = (file->behind + 7) & ~(uint64_t)7;
    map->count = (file->size + EROFS_BLOCK - 1) / EROFS_BLOCK;
    error = erofs_copy(file->fs, map->header, raw, sizeof(raw));
    if (error != 0)
        return error;
    map->advice = erofs_le16(raw + EROFS_MAP_ADVICE);
    map->tail_size = map->advice & EROFS_ADVICE_TAIL ? erofs_le16(raw + EROFS_MAP_TAIL_SIZE) : 0;
    if (map->advice & ~EROFS_ADVICE_UNDERSTOOD || raw[EROFS_MAP_ALGORITHMS] != 0 ||
        raw[EROFS_MAP_CLUSTER_BITS] != 0)
        return -EOPNOTSUPP; /* another algorithm than LZ4, or other than blocks of 4 KiB */
    return 0;
}

static int load_full(const struct map *map, uint64_t number, struct index *index)
{
    uint64_t address = map->header + EROFS_MAP_HEADER + EROFS_INDEX_PADDING + number * EROFS_INDEX_SIZE;
    unsigned char raw[EROFS_INDEX_SIZE];
    int error = erofs_copy(map->file->fs, address, raw, sizeof(raw));

    if (error != 0)
        return error;
    index->kind = erofs_le16(raw) & 3;
    index->start = erofs_le16(raw + 2);
    index->block = erofs_le32(raw + 4);
    index->back = erofs_le16(raw + 4);
    index->behind = address + sizeof(raw);
    return 0;
}

/* The rest of index `i` of a pack, and its kind. */
static unsigned unpack(const struct pack *pack, unsigned i, enum erofs_kind *kind)
{
    unsigned at = i * pack->width;
    uint32_t bits = erofs_le32(pack->bytes + at / 8) >> at % 8;

    *kind = bits >> REST_BITS & 3;
    return bits & REST_MASK;
}

/* Reads the pack that has index `number`; its address, and the index's number in it. */
static int read_pack(const struct map *map, uint64_t number, struct pack *pack, uint64_t *address,
                     unsigned *i)
{
    uint64_t base = map->header + EROFS_MAP_HEADER, left = map->count, narrow = 0;
    uint64_t first = (PACK_MAX - base % PACK_MAX) % PACK_MAX / 4; /* until packs of 16 are aligned */
    unsigned size = 4;

    if (map->advice & EROFS_ADVICE_TWO_BYTES && first < left)
        narrow = (left - first) / 16 * 16;
    else
        first = 0;
    if (narrow != 0 && number >= first) {
        base += first * 4;
        number -= first;
        if (number < narrow) {
            size = 2;
        } else {
            base += narrow * 2;
            number -= narrow;
        }
    }
    pack->count = size == 2 ? 16 : 2;
    pack->width = size == 2 ? 14 : 16;
    *i = number % pack->count;
    *address = base + (number - *i) * size;
    return erofs_copy(map->file->fs, *address, pack->bytes, pack->count * size);
}

/* Blocks of data that begin in the pack before index `i`: those are the ones that lie before its own. */
static int count_before(const struct map *map, const struct pack *pack, unsigned i, uint32_t *blocks)
{
    bool large = map->advice & EROFS_ADVICE_LARGE;
    enum erofs_kind kind;

    *blocks = large ? 0 : 1;
    while (i > 0) {
        unsigned rest = unpack(pack, --i, &kind);

        if (kind != EROFS_KIND_MIDDLE) {
            ++*blocks;
        } else if (!large) {
            if (rest > i)
                break; /* began before the pack */
            i -= rest;
            ++*blocks;
        } else if (rest & EROFS_SIZE_NOT_DISTANCE) {
            *blocks += rest & ~EROFS_SIZE_NOT_DISTANCE;
            if (i > 0)
                i--; /* its beginning */
        } else {
            if (rest <= 1)
                return erofs_damaged(map->file->fs, "an index");
            if (rest - 2 > i)
                break;
            i -= rest - 2; /* what says the size is just behind the beginning */
        }
    }
    return 0;
}

static int load_packed(const struct map *map, uint64_t number, struct index *index)
{
    struct pack pack;
    uint64_t address;
    enum erofs_kind before;
    unsigned i, rest;
    uint32_t blocks;
    int error = read_pack(map, number, &pack, &address, &i);

    if (error != 0)
        return error;
    index->behind = address + (pack.width == 14 ? 32 : 8);
    rest = unpack(&pack, i, &index->kind);
    if (index->kind != EROFS_KIND_MIDDLE) {
        index->start = rest;
        error = count_before(map, &pack, i, &blocks);
        index->block = erofs_le32(pack.bytes + (pack.width == 14 ? 28 : 4)) + blocks;
        return error;
    }
    index->back = rest;
    if (i + 1 == pack.count && !(rest & EROFS_SIZE_NOT_DISTANCE)) {
        rest = unpack(&pack, i - 1, &before);
        if (before != EROFS_KIND_MIDDLE)
            rest = 0;
        else if (rest & EROFS_SIZE_NOT_DISTANCE)
            rest = 1;
        index->back = rest + 1;
    }
    return 0;
}

static int load(const struct map *map, uint64_t number, struct index *index)
{
    int error;

    index->blocks = 0;
    error = map->file->layout == EROFS_COMPRESSED_FULL ? load_full(map, number, index)
                                                       : load_packed(map, number, index);
    if (error != 0)
        return error;
    if (index->kind > EROFS_KIND_MIDDLE)
        return -EOPNOTSUPP; /* a second algorithm */
    if (index->kind == EROFS_KIND_MIDDLE) {
        if (index->back & EROFS_SIZE_NOT_DISTANCE) {
            index->blocks = index->back & ~EROFS_SIZE_NOT_DISTANCE;
            index->back = 1;
        }
    } else if (index->start >= EROFS_BLOCK) {
        return erofs_damaged(map->file->fs, "an index");
    }
    return 0;
}

/* Goes back from block `*number` to the one in which the data begin that its bytes below `limit` belong to.
 */
static int find_beginning(const struct map *map, uint64_t *number, unsigned limit, struct index *index)
{
    int error = load(map, *number, index);
    unsigned back = 1;

    if (error != 0 || (index->kind != EROFS_KIND_MIDDLE && index->start <= limit))
        return error;
    if (index->kind == EROFS_KIND_MIDDLE)
        back = index->back;
    do {
        if (back == 0 || back > *number)
            return erofs_damaged(map->file->fs, "an index");
        *number -= back;
        error = load(map, *number, index);
        back = index->back;
    } while (error == 0 && index->kind == EROFS_KIND_MIDDLE);
    return error;
}

/* Where the data end that begin in block `number`; and how many blocks of the image they take. */
static int find_end(const struct map *map, uint64_t number, uint64_t *end, uint32_t *blocks)
{
    struct index index;
    int error;

    *blocks = 1;
    for (uint64_t next = number + 1; next < map->count; next++) {
        error = load(map, next, &index);
        if (error != 0)
            return error;
        if (next == number + 1 && index.kind == EROFS_KIND_MIDDLE && map->advice & EROFS_ADVICE_LARGE) {
            if (index.blocks == 0)
                return erofs_damaged(map->file->fs, "an index without a size");
            *blocks = index.blocks;
        }
        if (index.kind != EROFS_KIND_MIDDLE) {
            *end = next * EROFS_BLOCK + index.start;
            return 0;
        }
    }
    *end = map->file->size;
    return 0;
}

/* The last data of a file stand behind its indexes. */
static int place_tail(const struct map *map, uint64_t end, struct erofs_mapped *mapped)
{
    struct index last;
    int error;

    if (map->tail_size == 0 || end != map->file->size)
        return 0;
    error = load(map, map->count - 1, &last);
    mapped->address = last.behind;
    mapped->size = map->tail_size;
    return error;
}

int erofs_map(struct erofs_file *file, uint64_t offset, struct erofs_mapped *mapped)
{
    uint64_t number = offset / EROFS_BLOCK;
    struct index index;
    struct map map;
    uint32_t blocks;
    int error = open_map(file, &map);

    if (error == 0)
        error = find_beginning(&map, &number, offset % EROFS_BLOCK, &index);
    if (error == 0)
        error = find_end(&map, number, &mapped->end, &blocks);
    if (error != 0)
        return error;
    mapped->start = number * EROFS_BLOCK + index.start;
    mapped->stored = index.kind == EROFS_KIND_STORED;
    mapped->address = (uint64_t)index.block * EROFS_BLOCK;
    mapped->size = (mapped->stored ? 1 : blocks) * EROFS_BLOCK;
    error = place_tail(&map, mapped->end, mapped);
    if (error == 0 && (mapped->end <= mapped->start || offset < mapped->start || offset >= mapped->end ||
                       (mapped->stored && mapped->end - mapped->start > mapped->size)))
        error = erofs_damaged(file->fs, "an index");
    return error;
}
