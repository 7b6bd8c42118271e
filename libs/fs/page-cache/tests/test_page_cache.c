/*
 * The page cache before a file in memory whose pages can fail: what is written back, when, in which order,
 * and who hears of errors.
 */
// sources: ../../../memory/page-index/page_index.c ../../share-cache/share_cache.c
// cflags: -DCONFIG_LIB_SHARE_CACHE=1
// cflags: -DCONFIG_PAGE_CACHE_PERCENT=50 -DCONFIG_PAGE_CACHE_SECONDS=5
#include "cache_machine.h"

#include <errno.h>
#include <page_cache.h>
#include <page_cache_age.h>
#include <stdarg.h>

#define FILE_PAGES 400u
#define NONE (-1l)

static unsigned char content[FILE_PAGES][PAGE_SIZE]; /* of the file system */
static uint64_t size;
static long bad_read = NONE, bad_write = NONE; /* pages that fail */
static bool sync_fails, rewrites;
static unsigned reads, writes, rewritten, syncs;

size_t pages_available(void)
{
    return 1000;
}

static bool hits(long bad, uint64_t offset, size_t bytes)
{
    uint64_t start = (uint64_t)bad * PAGE_SIZE;

    return bad != NONE && offset < start + PAGE_SIZE && offset + bytes > start;
}

static long lower_read(struct vnode *file, void *buffer, size_t bytes, uint64_t offset)
{
    (void)file;
    reads++;
    if (hits(bad_read, offset, bytes))
        return -EIO;
    if (offset >= size)
        return 0;
    if (bytes > size - offset)
        bytes = (size_t)(size - offset);
    memcpy(buffer, content[0] + offset, bytes);
    return (long)bytes;
}

static long lower_write(struct vnode *file, const void *data, size_t bytes, uint64_t offset)
{
    (void)file;
    writes++;
    if (hits(bad_write, offset, bytes))
        return -EIO;
    assert(offset + bytes <= sizeof(content));
    memcpy(content[0] + offset, data, bytes);
    if (offset + bytes > size)
        size = offset + bytes;
    return (long)bytes;
}

/* Of the pages in order it takes those before the first that the file does not have. */
static long lower_rewrite(struct vnode *file, const struct vnode_piece *pieces, size_t count)
{
    size_t n = 0;

    for (; rewrites && n < count && pieces[n].offset + PAGE_SIZE <= size; n++) {
        assert(pieces[n].offset % PAGE_SIZE == 0 && (n == 0 || pieces[n - 1].offset < pieces[n].offset));
        if (hits(bad_write, pieces[n].offset, PAGE_SIZE))
            return -EIO;
        memcpy(content[0] + pieces[n].offset, pieces[n].data, PAGE_SIZE);
        rewritten++;
    }
    (void)file;
    return (long)n;
}

static void lower_get(struct vnode *file, struct vnode_attributes *attributes)
{
    (void)file;
    *attributes = (struct vnode_attributes){.size = size, .links = 1};
}

static int lower_set(struct vnode *file, const struct vnode_attributes *attributes, unsigned which)
{
    (void)file;
    if (which & VNODE_SET_SIZE)
        size = attributes->size;
    return 0;
}

static int lower_sync(struct vnode *file, bool data_only)
{
    (void)file, (void)data_only;
    syncs++;
    return sync_fails ? -EIO : 0;
}

static void lower_release(struct vnode *file)
{
    (void)file;
    abort(); /* the test keeps a reference */
}

static const struct vnode_ops lower = {
    .read = lower_read,
    .write = lower_write,
    .rewrite = lower_rewrite,
    .get = lower_get,
    .set = lower_set,
    .sync = lower_sync,
    .release = lower_release,
};

static struct vnode file = {.ops = &lower, .type = VNODE_FILE, .flags = VNODE_CACHED, .references = 1};

static void write_page(uint64_t index, unsigned char byte)
{
    unsigned char page[PAGE_SIZE];

    memset(page, byte, sizeof(page));
    assert(file.ops->write(&file, page, sizeof(page), index * PAGE_SIZE) == PAGE_SIZE);
}

static long read_byte(uint64_t index)
{
    unsigned char byte;
    long got = file.ops->read(&file, &byte, 1, index * PAGE_SIZE + 1);

    return got == 1 ? byte : got;
}

static void forget_all(void)
{
    assert(page_cache_write_back(&file, 0, UINT64_MAX) == 0 && page_cache_dirty() == 0);
    page_cache_give_up(&file, 0, UINT64_MAX);
    assert(page_cache_pages() == 0);
}

/* What fsync(2) does for a file that was opened when there were `seen` errors. */
static int sync_for(unsigned *seen)
{
    int error = file.ops->sync(&file, false), earlier = page_cache_error(&file, seen);

    return error != 0 ? error : earlier;
}

/* Pages written in any order come into the file, by whichever way, and only those of the range asked for. */
static void test_any_order(void)
{
    static unsigned char model[FILE_PAGES];
    uint32_t chance = 1;

    for (unsigned round = 0; round < 60; round++) {
        unsigned count = round % 7 == 0 ? 300 : 1 + round;

        rewrites = round % 2 != 0;
        for (unsigned i = 0; i < count; i++) {
            uint64_t index = (chance = chance * 1664525 + 1013904223) >> 8;

            index = round % 5 == 0 ? i : index % (1 + round * 6);
            model[index] = (unsigned char)(round + i);
            write_page(index, model[index]);
        }
        if (round % 3 == 0) {
            size_t dirty = page_cache_dirty();

            assert(page_cache_write_back(&file, 3 * PAGE_SIZE, 2 * PAGE_SIZE) == 0);
            assert(page_cache_dirty() <= dirty && page_cache_dirty() + 2 >= dirty);
            assert(size < 5 * PAGE_SIZE || (content[3][7] == model[3] && content[4][7] == model[4]));
        }
        if (round % 4 == 3)
            forget_all();
        assert(page_cache_write_back(&file, 0, UINT64_MAX) == 0 && page_cache_dirty() == 0);
        for (unsigned i = 0; i * PAGE_SIZE < size; i++)
            assert(content[i][0] == model[i] && content[i][PAGE_SIZE - 1] == model[i]);
    }
    assert(rewritten > 100);
    forget_all();
}

/* A few dirty pages of many: they are written, and nothing is read or written besides. */
static void test_few_of_many(void)
{
    rewrites = true;
    size = sizeof(content);
    for (unsigned i = 0; i < FILE_PAGES; i++)
        assert(read_byte(i) >= 0);
    reads = writes = rewritten = 0;
    write_page(390, 1);
    write_page(7, 2);
    write_page(100, 3);
    assert(page_cache_write_back(&file, 0, UINT64_MAX) == 0);
    assert(reads == 0 && writes == 0 && rewritten == 3);
    assert(content[390][5] == 1 && content[7][5] == 2 && content[100][5] == 3);
    forget_all();
}

static void test_age(void)
{
    write_page(3, 1);
    assert(page_cache_due() == now + 5 * SECOND);
    now += 4 * SECOND;
    write_page(4, 2);
    page_cache_write_due();
    assert(page_cache_dirty() == 2);
    now += SECOND;
    syncs = 0;
    page_cache_write_due();
    assert(page_cache_dirty() == 0 && syncs == 1 && content[3][0] == 1 && content[4][0] == 2);
    assert(page_cache_due() == UINT64_MAX);
    page_cache_write_due();
    assert(syncs == 1);
    now += 60 * SECOND;
    write_page(5, 3);
    assert(page_cache_due() == now + 5 * SECOND); /* not at once */
    forget_all();
}

static void test_errors(bool by_rewriting)
{
    unsigned first = page_cache_error_now(&file), second = page_cache_error_now(&file), later;

    rewrites = by_rewriting;
    write_page(10, 0x10);
    write_page(11, 0x11);
    write_page(12, 0x12);
    bad_write = 11;
    now += 5 * SECOND;
    page_cache_write_due();
    assert(page_cache_dirty() == 1 && content[10][0] == 0x10 && content[12][0] == 0x12);
    assert(page_cache_due() == now + 5 * SECOND && read_byte(11) == 0x11);
    /* Nobody has been told, so whoever comes now is, and those who were there; each once. */
    later = page_cache_error_now(&file);
    bad_write = NONE;
    assert(sync_for(&first) == -EIO && content[11][0] == 0x11);
    assert(sync_for(&first) == 0);
    assert(sync_for(&later) == -EIO && sync_for(&later) == 0);
    later = page_cache_error_now(&file);
    assert(sync_for(&later) == 0);
    assert(sync_for(&second) == -EIO && sync_for(&second) == 0);
    /* An fsync that fails by itself is told once, too. */
    write_page(11, 0x21);
    bad_write = 11;
    assert(sync_for(&first) == -EIO && sync_for(&first) == -EIO);
    bad_write = NONE;
    assert(sync_for(&first) == 0 && content[11][0] == 0x21 && sync_for(&second) == -EIO);
    forget_all();
}

/* The content is written, but the file system cannot make it last. */
static void test_sync_error(void)
{
    unsigned seen = page_cache_error_now(&file);

    write_page(20, 1);
    sync_fails = true;
    now += 5 * SECOND;
    page_cache_write_due();
    sync_fails = false;
    assert(page_cache_dirty() == 0 && sync_for(&seen) == -EIO && sync_for(&seen) == 0);
    forget_all();
}

/* Reading ahead meets a page that cannot be read: only who wants that page hears of it. */
static void test_read_ahead(void)
{
    for (unsigned i = 0; i < FILE_PAGES; i++)
        memset(content[i], (int)(i % 251), PAGE_SIZE);
    size = sizeof(content);
    bad_read = 37;
    for (unsigned i = 0; i < 80; i++)
        assert(read_byte(i) == (i == 37 ? -EIO : (long)(i % 251)));
    assert(read_byte(37) == -EIO);
    bad_read = NONE;
    assert(read_byte(37) == 37);
    page_cache_give_up(&file, 0, UINT64_MAX);
    bad_read = 5;
    page_cache_read_ahead(&file, 0, 20 * PAGE_SIZE);
    assert(read_byte(4) == 4 && read_byte(6) == 6 && read_byte(5) == -EIO);
    bad_read = NONE;
    forget_all();
}

/* What a mapping has written counts from when it is marked. */
static void test_mapped(void)
{
    void *page;

    now += 60 * SECOND;
    page_cache_write_due();
    assert(page_cache_due() == UINT64_MAX);
    assert(page_cache_pin(&file, 9, &page) == 0);
    assert(page_cache_due() == now + 5 * SECOND);
    memset(page, 0x77, PAGE_SIZE);
    page_cache_mark(&file, 9);
    now += 5 * SECOND;
    page_cache_write_due();
    assert(content[9][100] == 0x77 && page_cache_dirty() == 0);
    assert(page_cache_due() == now + 5 * SECOND); /* it is asked again */
    page_cache_unpin(&file, 9);
    now += 5 * SECOND;
    page_cache_write_due();
    assert(page_cache_due() == UINT64_MAX);
    forget_all();
}

/* Many files of a file system that gets full: writers hear of it, and writing back never does. */
#define MANY 8u
#define ROOM 600u /* pages */

static struct vnode many[MANY];
static bool allocated[MANY][ROOM];
static unsigned used;

static long full_write(struct vnode *vnode, const void *data, size_t bytes, uint64_t offset)
{
    bool *pages = allocated[vnode - many];
    size_t done = 0;

    (void)data;
    for (; done < bytes; done += PAGE_SIZE) {
        bool *page = &pages[(offset + done) / PAGE_SIZE];

        if (!*page && used == ROOM)
            return done != 0 ? (long)done : -ENOSPC;
        used += !*page;
        *page = true;
    }
    return (long)(done < bytes ? done : bytes);
}

static int full_statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    (void)vnode;
    *values = (struct vnode_statfs){.block_size = PAGE_SIZE, .available_blocks = ROOM - used};
    return 0;
}

static void full_get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    uint64_t pages = 0;

    for (unsigned i = 0; i < ROOM; i++)
        pages = allocated[vnode - many][i] ? i + 1 : pages;
    *attributes = (struct vnode_attributes){.size = pages * PAGE_SIZE, .links = 1};
}

static void full_release(struct vnode *vnode)
{
    (void)vnode;
}

static const struct vnode_ops full = {
    .read = lower_read,
    .write = full_write,
    .get = full_get,
    .set = lower_set,
    .sync = lower_sync,
    .statfs = full_statfs,
    .release = full_release,
};

static void test_many_files_on_a_full_disk(void)
{
    static unsigned char page[PAGE_SIZE];
    unsigned seen[MANY], written = 0;
    bool some = true;

    for (unsigned i = 0; i < MANY; i++) {
        many[i] = (struct vnode){.ops = &full, .type = VNODE_FILE, .flags = VNODE_CACHED, .references = 1};
        assert(page_cache_attach(&many[i]) == 0);
        seen[i] = page_cache_error_now(&many[i]);
    }
    for (unsigned n = 0; some; n++) {
        some = false;
        for (unsigned i = 0; i < MANY; i++) {
            long done = many[i].ops->write(&many[i], page, PAGE_SIZE, (uint64_t)n * PAGE_SIZE);

            assert(done == PAGE_SIZE || done == -ENOSPC);
            written += done == PAGE_SIZE;
            some |= done == PAGE_SIZE;
        }
    }
    assert(written == ROOM);
    for (unsigned i = 0; i < MANY; i++)
        assert(many[i].ops->sync(&many[i], false) == 0 && page_cache_error(&many[i], &seen[i]) == 0);
    assert(used == ROOM);
    for (unsigned i = 0; i < MANY; i++) {
        page_cache_give_up(&many[i], 0, UINT64_MAX);
        page_cache_put(&many[i]);
    }
}

int main(void)
{
    assert(page_cache_attach(&file) == 0);
    test_any_order();
    test_few_of_many();
    test_age();
    test_errors(true);
    test_errors(false);
    test_sync_error();
    test_read_ahead();
    test_mapped();
    test_many_files_on_a_full_disk();
    for (size_t i = 0; i < MEMORY; i++)
        assert(!taken[i]);
    return 0;
}
