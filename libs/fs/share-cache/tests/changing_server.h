/*
 * A server whose one file somebody else may change, as a file system that is cached, and the image's uses of
 * that file.
 */
#pragma once

#include "../../page-cache/tests/cache_machine.h"

#include <errno.h>
#include <page_cache.h>
#include <share_cache.h>
#include <stdio.h>

#define MOST 700000u /* bytes of the file */
#define MILLISECOND 1000000ull

static uint64_t step = 4 * MILLISECOND; /* of the server's times */

/* The server, and what it has been asked. */
static unsigned char there[MOST];
static uint64_t there_size;
static int64_t changed_at;
static bool gone;
static unsigned asked, reads, writes, closed, syncs;
static uint64_t valid = SECOND;

size_t pages_available(void)
{
    return room - pages_used;
}

/* --- the file system: what plan9 and fuse do --- */

static struct share_content known;
static struct vnode_attributes last;
static uint64_t fresh_until;

static void stamp(void)
{
    changed_at = (int64_t)(now / step * step + (step < SECOND ? 1234567 : 0));
}

static int ask(struct vnode *vnode)
{
    uint64_t time = share_cache_time;

    asked++;
    if (gone)
        return -EIO;
    last = (struct vnode_attributes){
        .size = there_size, .links = 1, .modification_time = changed_at, .change_time = changed_at};
    fresh_until = now + valid;
    share_content_noted(vnode, &known, &last, time, fresh_until);
    return 0;
}

static void changed(void)
{
    fresh_until = 0;
    share_content_changed(&known);
}

static long lower_read(struct vnode *vnode, void *buffer, size_t bytes, uint64_t offset)
{
    (void)vnode;
    share_content_read(&known);
    reads++;
    if (gone)
        return -EIO;
    if (offset >= there_size)
        return 0;
    if (bytes > there_size - offset)
        bytes = (size_t)(there_size - offset);
    memcpy(buffer, there + offset, bytes);
    return (long)bytes;
}

static void put(const void *data, size_t bytes, uint64_t offset)
{
    if (offset > there_size)
        memset(there + there_size, 0, offset - there_size);
    memcpy(there + offset, data, bytes);
    if (offset + bytes > there_size)
        there_size = offset + bytes;
    stamp();
}

static long lower_write(struct vnode *vnode, const void *data, size_t bytes, uint64_t offset)
{
    (void)vnode;
    writes++;
    if (gone)
        return -EIO;
    put(data, bytes, offset);
    changed();
    share_content_written(&known, offset + bytes);
    return (long)bytes;
}

static void lower_get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    if (now >= fresh_until)
        (void)ask(vnode);
    *attributes = last;
}

static void cut_there(uint64_t to)
{
    if (to > there_size)
        memset(there + there_size, 0, to - there_size);
    there_size = to;
    stamp();
}

static int lower_set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    if (gone)
        return -EIO;
    if (which & VNODE_SET_SIZE)
        cut_there(attributes->size);
    (void)ask(vnode);
    changed();
    return 0;
}

static int lower_sync(struct vnode *vnode, bool data_only)
{
    (void)vnode, (void)data_only;
    syncs++;
    return gone ? -EIO : 0;
}

static void lower_release(struct vnode *vnode)
{
    (void)vnode; /* the test's table keeps it, as a name that is remembered does */
}

static struct share_content *content_of(struct vnode *vnode)
{
    (void)vnode;
    return &known;
}

static void nobody(struct vnode *vnode)
{
    (void)vnode;
    closed++;
}

static const struct share_operations operations = {.vnode = {.read = lower_read,
                                                             .write = lower_write,
                                                             .get = lower_get,
                                                             .set = lower_set,
                                                             .sync = lower_sync,
                                                             .release = lower_release},
                                                   .content = content_of,
                                                   .ask = ask,
                                                   .closed = nobody};

static struct vnode file;

static void begin(const char *options)
{
    int flags = share_cache_flags(options);

    assert(flags > 0);
    memset(&known, 0, sizeof known);
    file = (struct vnode){.ops = &operations.vnode, .type = VNODE_FILE, .flags = (uint16_t)flags};
    fresh_until = 0;
    valid = SECOND;
    step = 4 * MILLISECOND;
    there_size = 0;
    stamp();
}

static void end(void)
{
    assert(page_cache_sync_mount(NULL) == 0);
    page_cache_forget_mount(NULL);
    assert(file.pages == NULL && pages_used == 0 && page_cache_dirty() == 0);
}

static void open_file(void)
{
    share_cache_opening();
    vnode_get(&file);
    assert(page_cache_attach(&file) == 0);
}

static void close_file(void)
{
    page_cache_put(&file);
}

static void fill(unsigned seed, size_t size)
{
    for (size_t i = 0; i < size; i++)
        there[i] = (unsigned char)(i * 7 + i / 4096 + seed);
    there_size = size;
    stamp();
}

static long read_byte(uint64_t offset)
{
    unsigned char byte;
    long got = file.ops->read(&file, &byte, 1, offset);

    return got == 1 ? byte : got < 0 ? got : -1000;
}

static long write_byte(uint64_t offset, unsigned char byte)
{
    return file.ops->write(&file, &byte, 1, offset);
}

static void count_from_here(void)
{
    asked = reads = writes = closed = syncs = 0;
}
