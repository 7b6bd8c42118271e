/*
 * A server that keeps to the protocol and counts lookups and open files, or lies about one thing in one
 * answer.
 */
#pragma once

#include "../../../drivers/share-channel/tests/drive_share.h"
#include "../fuse.h"

#include <config.h>
#include <fuse_channel.h>

extern const struct fs_type fuse_fs;
static const struct share_driver driver = {"fake", &fake_channels};
const struct share_driver *const fuse_channels[] = {&driver};
const size_t fuse_channels_count = 1;

enum lie {
    TRUTH,
    SHORT_HEADER,
    OTHER_UNIQUE,
    LONGER,
    SHORTER,
    CUT,
    POSITIVE_ERROR,
    HUGE_ERROR,
    GARBAGE,
    LIES
};
static enum lie lie;
static int lie_at, answers;
static bool dishonest;

/* Further files are many: `f` and a number. */
enum { ROOT = 1, FILE_A = 2, LINK = 3, FOLDER = 4, MADE = 5, MANY = 6, NODES = 606 };
#define SIZE 10000u
static uint64_t lookups[NODES];
static long open_files;
static unsigned opened_ever;
static bool open_handles[1 << 12]; /* from 1 on */
static uint64_t name_valid;        /* s */
static uint64_t size_of_a = SIZE;
static bool remembers; /* what was written makes the file longer */
static unsigned plain_listings, full_listings;
static unsigned char *out;
static int (*further)(const struct fuse_in_header *in, const unsigned char *body); /* what else it does */
static uint16_t map_alignment;
static uint64_t size_of_many;

static void put(const void *bytes, size_t size)
{
    memcpy(out, bytes, size);
    out += size;
}

static struct fuse_attributes attributes_of(uint64_t node)
{
    return (struct fuse_attributes){
        .inode = node + 100,
        .size = node == FILE_A ? size_of_a
                : node >= MANY ? size_of_many
                               : 0,
        .mode = node == LINK                     ? 0120777
                : node == ROOT || node == FOLDER ? 0040755
                                                 : 0100644,
        .links = 1,
        .access_time = 1000,
        .access_nanoseconds = 5,
    };
}

static void put_entry(uint64_t node)
{
    const struct fuse_entry_out entry = {
        .node = node, .name_valid = name_valid, .attributes_valid = 1, .attributes = attributes_of(node)};

    lookups[node]++;
    put(&entry, sizeof entry);
}

static void put_open(void)
{
    uint64_t handle = 1;

    while (open_handles[handle])
        handle++;
    open_handles[handle] = true;
    open_files++;
    opened_ever++;
    put(&(struct fuse_open_out){.handle = handle}, sizeof(struct fuse_open_out));
}

static void list(uint64_t offset, bool full)
{
    static const char *const names[] = {".", "..", "a", "long-name", "d"};
    static const uint64_t nodes[] = {0, 0, FILE_A, MANY, FOLDER};

    ++*(full ? &full_listings : &plain_listings);
    for (uint64_t i = offset; i < 5 && i < offset + 2; i++) {
        if (full && nodes[i])
            put_entry(nodes[i]);
        else if (full)
            put(&(struct fuse_entry_out){0}, sizeof(struct fuse_entry_out));
        const struct fuse_entry entry = {
            .inode = i, .next = i + 1, .length = (uint32_t)strlen(names[i]), .type = 8};

        put(&entry, sizeof entry);
        put(names[i], entry.length);
        put("\0\0\0\0\0\0\0", (8 - entry.length % 8) % 8);
    }
}

/* The handle is the first that requests with one have. */
static bool is_open(uint64_t handle)
{
    return handle < sizeof open_handles && open_handles[handle];
}

static int work(const struct fuse_in_header *in, const unsigned char *body)
{
    const struct fuse_transfer_in *transfer = (const void *)body;
    uint64_t file_end = in->node == FILE_A && !further ? SIZE : attributes_of(in->node).size;
    const struct fuse_attributes_out attributes = {.valid = 1, .attributes = attributes_of(in->node)};

    assert(dishonest || in->operation == FUSE_INIT || in->operation == FUSE_DESTROY ||
           in->operation == FUSE_BATCH_FORGET || in->operation == FUSE_REMOVEMAPPING ||
           (in->node > 0 && in->node < NODES && lookups[in->node] > 0));
    switch (in->operation) {
    case FUSE_INIT: {
        const struct fuse_init_out init = {.major = 7,
                                           .minor = 36,
                                           .flags = FUSE_MAX_PAGES | FUSE_DO_READDIRPLUS |
                                                    (map_alignment ? FUSE_MAP_ALIGNMENT : 0),
                                           .map_alignment = map_alignment,
                                           .max_write = 8192,
                                           .max_pages = 2};

        lookups[ROOT] = 2;
        put(&init, sizeof init);
        return 0;
    }
    case FUSE_LOOKUP:
        assert(strlen((const char *)body) == in->length - sizeof *in - 1);
        if (body[0] == 'x')
            return -ENOENT;
        put_entry(body[0] == 'a'   ? FILE_A
                  : body[0] == 'l' ? LINK
                  : body[0] == 'f' ? MANY + (uint64_t)atoi((const char *)body + 1)
                                   : FOLDER);
        return 0;
    case FUSE_BATCH_FORGET: {
        const struct fuse_batch_forget_in *batch = (const void *)body;
        const struct fuse_forget_one *one = (const void *)(batch + 1);

        assert(in->length == sizeof *in + sizeof *batch + batch->count * sizeof *one && batch->count > 0);
        for (; one < (const struct fuse_forget_one *)(batch + 1) + batch->count; one++) {
            assert(dishonest || (one->node != ROOT && lookups[one->node] >= one->lookups));
            if (one->node < NODES)
                lookups[one->node] -= one->lookups;
        }
        return 0;
    }
    case FUSE_FORGET: {
        uint64_t count;

        memcpy(&count, body, sizeof count);
        assert(dishonest || (in->node != ROOT && lookups[in->node] >= count));
        if (in->node < NODES)
            lookups[in->node] -= count;
        return 0;
    }
    case FUSE_GETATTR:
        put(&attributes, sizeof attributes);
        return 0;
    case FUSE_SETATTR:
        if (further && further(in, body) == 0)
            return work(&(struct fuse_in_header){.operation = FUSE_GETATTR, .node = in->node}, body);
        put(&attributes, sizeof attributes);
        return 0;
    case FUSE_READLINK:
        put("target", 6);
        return 0;
    case FUSE_CREATE:
        put_entry(MADE);
        put_open();
        return 0;
    case FUSE_MKDIR:
    case FUSE_SYMLINK:
    case FUSE_MKNOD:
        put_entry(FOLDER);
        return 0;
    case FUSE_LINK:
        put_entry(MADE);
        return 0;
    case FUSE_OPEN:
    case FUSE_OPENDIR:
        put_open();
        return 0;
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
        open_files--;
        assert(dishonest || is_open(transfer->handle));
        if (is_open(transfer->handle))
            open_handles[transfer->handle] = false;
        return 0;
    case FUSE_READ:
        assert(dishonest || (is_open(transfer->handle) && transfer->size <= 8192));
        for (uint64_t i = transfer->offset; i < transfer->offset + transfer->size && i < file_end; i++)
            *out++ = (unsigned char)(i * 7);
        return 0;
    case FUSE_WRITE:
        if (in->node == FILE_A && transfer->offset + transfer->size > size_of_a && remembers)
            size_of_a = transfer->offset + transfer->size;
        assert(dishonest ||
               (is_open(transfer->handle) && transfer->size <= 8192 && in->length == 80 + transfer->size));
        put((const uint32_t[2]){transfer->size}, 8);
        return 0;
    case FUSE_READDIR:
        list(transfer->offset, false);
        return 0;
    case FUSE_READDIRPLUS:
        list(transfer->offset, true);
        return 0;
    case FUSE_STATFS:
        put(&(struct fuse_statfs_out){.block_size = 4096, .blocks = 9}, sizeof(struct fuse_statfs_out));
        return 0;
    default:
        return further ? further(in, body) : 0;
    }
}

static size_t server(const unsigned char *request, size_t length, unsigned char *answer, size_t room)
{
    static unsigned char buffer[1 << 20];
    const struct fuse_in_header *in = (const void *)request;
    struct fuse_out_header *header = (void *)buffer;
    size_t size;
    int error;

    assert(length >= sizeof *in && in->length == length);
    asked += in->operation != FUSE_RELEASE && in->operation != FUSE_RELEASEDIR &&
             in->operation != FUSE_FORGET && in->operation != FUSE_BATCH_FORGET;
    out = buffer + sizeof *header;
    error = work(in, request + sizeof *in);
    if (room == 0)
        return 0;
    size = error ? sizeof *header : (size_t)(out - buffer);
    *header = (struct fuse_out_header){(uint32_t)size, error, in->unique};
    if (answers++ == lie_at && lie != TRUTH) {
        dishonest = true;
        switch (lie) {
        case SHORT_HEADER:
            size = 7;
            break;
        case OTHER_UNIQUE:
            header->unique++;
            break;
        case LONGER:
            header->length += 1000000;
            break;
        case SHORTER:
            header->length = 15;
            break;
        case CUT:
            size--;
            break;
        case POSITIVE_ERROR:
            header->error = 5;
            break;
        case HUGE_ERROR:
            header->error = INT32_MIN;
            break;
        case GARBAGE:
            memset(buffer + sizeof *header, 0xa5, size - sizeof *header);
            break;
        default:
            abort();
        }
    }
    assert(size <= room || dishonest);
    if (size > room)
        size = room;
    memcpy(answer, buffer, size);
    return size;
}

static void begin(void)
{
    fake_begin();
    memset(lookups, 0, sizeof lookups);
    answers = 0;
    open_files = 0;
    memset(open_handles, 0, sizeof open_handles);
    dishonest = false;
}
