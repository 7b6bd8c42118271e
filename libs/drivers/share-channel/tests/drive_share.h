/*
 * Drives a file system on a channel through everything that it can do, against a server of the test's
 * (fake_share.h) whose root holds the file `a` of 10,000 bytes (7 times their place), the link `l`, and the
 * folder `d`.
 */
#pragma once

#include "fake_share.h"

#include <fs.h>
#include <stdio.h>
#include <vnode.h>

/* With SHARE_PAGES content is kept in memory: files are opened, and given back, by way of the page cache. */
#ifdef SHARE_PAGES
#include <page_cache.h>
#include <share_cache.h>

uint64_t clock_realtime(void)
{
    return fake_now;
}

static void open_file(struct vnode *file)
{
    share_cache_opening();
    if (file && file->type == VNODE_FILE)
        (void)page_cache_attach(file); /* which there may be no memory for */
}

static void close_file(struct vnode *file)
{
    if (file)
        page_cache_put(file);
}

/* The cache's operations before a file system's are made once, and stay. */
static void open_first_file(struct vnode *file)
{
    file->references = 2;
    file->type = VNODE_FILE;
    file->flags = VNODE_CACHED | VNODE_SHARED;
    open_file(file);
    fake_blocks = 0;
}
#else
static void open_file(struct vnode *file)
{
    (void)file;
}

static void close_file(struct vnode *file)
{
    vnode_put(file);
}
#endif

static int asked; /* requests that somebody waits for; the server counts them */

#define MUST(call)                                                                                           \
    do {                                                                                                     \
        long result = (call);                                                                                \
                                                                                                             \
        if (good && result < 0)                                                                              \
            fprintf(stderr, "%s: %ld\n", #call, result);                                                     \
        assert(!good || result >= 0);                                                                        \
    } while (0)

#define TAKES(number, call)                                                                                  \
    do {                                                                                                     \
        long result;                                                                                         \
                                                                                                             \
        asked = 0;                                                                                           \
        result = (call);                                                                                     \
        assert(result >= 0);                                                                                 \
        assert(asked == (number));                                                                           \
    } while (0)

/* Takes one, and says where the next stands. */
static bool taken_one(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                      uint64_t next)
{
    uint64_t *state = context; /* whether one is taken, and where the next stands */

    (void)name, (void)length, (void)inode, (void)type;
    if (state[0])
        return false;
    state[0] = 1;
    state[1] = next;
    return true;
}

static bool taken(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                  uint64_t next)
{
    (void)name, (void)inode, (void)type, (void)next;
    assert(length > 0 && length <= VNODE_NAME_MAX);
    return ++*(unsigned *)context < 100;
}

static struct vnode *listed;

static bool taken_while_another_begins(void *context, const char *name, size_t length, uint64_t inode,
                                       uint32_t type, uint64_t next)
{
    uint64_t other[2] = {0}, *state = context;

    if (!state[0])
        assert(listed->ops->entries(listed, 0, taken_one, other) == 0);
    return taken_one(context, name, length, inode, type, next);
}

/* Everything that can be done. `good`: nobody lies, and all of it succeeds. */
static void use(struct vnode *root, bool good, unsigned rename_flags)
{
    static unsigned char data[20000];
    struct vnode *file = NULL, *again = NULL, *link = NULL, *made = NULL, *folder = NULL;
    struct vnode_attributes attributes = {.size = 5};
    struct vnode_statfs fs;
    unsigned seen = 0;
    int error;

    MUST(root->ops->lookup(root, "a", 1, &file));
    MUST(root->ops->lookup(root, "a", 1, &again));
    assert(!good || file == again);
    error = root->ops->lookup(root, "x", 1, &made);
    assert(error < 0 && (!good || error == -ENOENT));
    open_file(file);
    if (file) {
        long count = file->ops->read(file, data, sizeof data, 0);

        MUST(count);
        assert(count <= (long)sizeof data);
        if (good) {
            assert(count == 10000);
            for (unsigned i = 0; i < 10000; i++)
                assert(data[i] == (i * 7 & 0xff));
        }
        MUST(file->ops->write(file, data, sizeof data, 3));
        if (file->ops->allocate)
            MUST(file->ops->allocate(file, 0, 0, 100));
        MUST(file->ops->set(file, &attributes, VNODE_SET_SIZE | VNODE_SET_ACCESS_TIME));
        MUST(file->ops->sync(file, true));
        fake_now += UINT64_C(1000000000);
        file->ops->get(file, &attributes);
        assert(!good || attributes.size == 10000);
    }
    if (root->ops->lookup(root, "l", 1, &link) == 0 && link->type == VNODE_SYMLINK)
        MUST(link->ops->read(link, data, 100, 0));
    MUST(root->ops->entries(root, 0, taken, &seen));
    assert(!good || seen == 3);
    MUST(root->ops->create(root, "m", 1, &(struct vnode_new){.mode = VNODE_FILE | 0600}, &made));
    open_file(made);
    if (made) {
        MUST(made->ops->write(made, data, 10, 0));
        MUST(root->ops->rename(root, "m", 1, made, root, "n", 1, NULL, rename_flags));
        MUST(root->ops->link(root, "o", 1, made));
        MUST(root->ops->unlink(root, "m", 1, made));
    }
    MUST(root->ops->create(root, "d", 1, &(struct vnode_new){.mode = VNODE_DIRECTORY | 0700}, &folder));
    MUST(root->ops->statfs(root, &fs));
    close_file(file);
    vnode_put(again);
    vnode_put(link);
    close_file(made);
    vnode_put(folder);
#ifdef SHARE_PAGES
    page_cache_forget_mount(NULL);
#endif
}

#define HELD 8
static struct vnode *busy_root, *held[HELD];
static unsigned long chance = 1;

static unsigned draw(unsigned below)
{
    chance = chance * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(chance >> 33) % below;
}

static bool some(void *context, const char *name, size_t length, uint64_t inode, uint32_t type, uint64_t next)
{
    unsigned *left = context;

    (void)name, (void)length, (void)inode, (void)type, (void)next;
    return (*left)-- > 0;
}

/* One of what threads do, and perhaps another one while that waits. */
static void do_something(void)
{
    static const char *const names[] = {"a", "d", "l", "m", "x"};
    const char *name = names[draw(5)];
    unsigned place = draw(HELD), wanted = draw(5), from;
    struct vnode *file = held[place], *found;
    char byte[2] = "x";

    if (draw(2))
        fake_meanwhile = do_something;
    if (file)
        vnode_get(file); /* as a descriptor does for the time of a call */
    switch (draw(9)) {
    case 0:
    case 1:
        if (busy_root->ops->lookup(busy_root, name, strlen(name), &found) == 0) {
            struct vnode *former = held[place];

            held[place] = found;
            vnode_put(former);
        }
        break;
    case 2:
        if (held[place]) {
            found = held[place];
            held[place] = NULL;
            vnode_put(found);
        }
        break;
    case 3:
        if (file && file->type == VNODE_FILE)
            assert(file->ops->read(file, byte, 1, 0) >= 0);
        break;
    case 4:
        if (file && file->type == VNODE_FILE)
            assert(file->ops->write(file, byte, 1, 0) == 1);
        break;
    case 5:
        from = draw(4);
        assert(busy_root->ops->entries(busy_root, from, some, &wanted) == 0);
        break;
    case 6:
        if (file)
            assert(busy_root->ops->unlink(busy_root, name, strlen(name), file) == 0);
        break;
    case 7:
        fake_settle();
        break;
    default:
        fake_now += UINT64_C(300000000);
    }
    vnode_put(file);
}

/* Does much at once, and lets go of everything. */
static void be_busy(void)
{
    for (unsigned i = 0; i < 200; i++)
        do_something();
    fake_meanwhile = NULL;
    for (unsigned i = 0; i < HELD; i++) {
        struct vnode *file = held[i];

        held[i] = NULL;
        vnode_put(file);
    }
}
