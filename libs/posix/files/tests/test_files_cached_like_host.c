/*
 * The same calls as in test_files_like_host.c, to files whose pages are kept in memory, and names that are
 * remembered: before a ramfs whose files say that they want that. There is so little memory for pages that
 * they come and go. Nobody ever has to wait, as there is one thread.
 */
// sources: ../../fd-table/fd_table.c ../../fd-table/transfer.c ../../fd-table/control.c
// sources: ../../fd-table/duplicate.c ../../fd-table/pieces.c
// sources: ../../fd-table/console_file.c ../../../abi/linux-layout-x86_64/linux_layout.c
// sources: ../../../fs/vfs/vfs.c ../../../fs/vfs/find.c ../../../fs/vfs/change.c
// sources: ../../../fs/vfs/access.c ../../../fs/vfs/path.c ../../../fs/vfs/mount.c
// sources: ../../../fs/ramfs/ramfs.c ../../../fs/ramfs/directory.c ../../../fs/ramfs/content.c
// sources: ../../../fs/ramfs/unmount.c ../../../fs/mount-table/mount_table.c
// sources: ../../../fs/name-cache/name_cache.c ../../../fs/page-cache/page_cache.c
// sources: ../../../fs/page-cache/store.c ../../../fs/page-cache/transfer.c
// sources: ../../../fs/page-cache/write_back.c ../../../fs/page-cache/mapped.c
// sources: ../../../fs/page-cache/dirty.c ../../../fs/page-cache/age.c
// sources: ../../../memory/page-index/page_index.c
// cflags: -DCONFIG_LIB_MOUNT_TABLE=1 -DCONFIG_LIB_NAME_CACHE=1 -DCONFIG_LIB_PAGE_CACHE=1
// cflags: -DCONFIG_PAGE_CACHE_PERCENT=1 -DSEEDS=15 -DCONFIG_NAME_CACHE_ENTRIES=40
#define FAKE_MEMORY_WITHOUT_PAGES
#define ROOT_KIND slow_fs
#define SETTLE settle

#include <fs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static void settle(void);
extern const struct fs_type slow_fs;

#include "test_files_like_host.c"

#include <clock.h>
#include <mount_table.h>
#include <name_cache.h>
#include <page_cache.h>
#include <sanitizer/asan_interface.h>
#include <wait_queue.h>

#define PAGES 8192

static unsigned char memory[PAGES][PAGE_SIZE] __attribute__((aligned(4096)));
static bool used[PAGES];
static size_t pages_used;

void *pages_alloc(size_t count)
{
    static size_t next;

    for (size_t tries = 0; tries < PAGES; tries++) {
        size_t at = (next + tries) % PAGES, n = 0;

        while (n < count && at + n < PAGES && !used[at + n])
            n++;
        if (n < count)
            continue;
        memset(&used[at], true, count);
        ASAN_UNPOISON_MEMORY_REGION(memory[at], count * PAGE_SIZE);
        memset(memory[at], 0xa5, count * PAGE_SIZE);
        next = at + count;
        pages_used += count;
        return memory[at];
    }
    return NULL;
}

void pages_free(void *start, size_t count)
{
    size_t at = (size_t)((unsigned char(*)[PAGE_SIZE])start - memory);

    for (size_t i = 0; i < count; i++) {
        assert(used[at + i]);
        used[at + i] = false;
    }
    ASAN_POISON_MEMORY_REGION(start, count * PAGE_SIZE);
    pages_used -= count;
}

size_t pages_available(void)
{
    return PAGES - pages_used;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    assert(false && "waits for itself");
    return 0;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

uint64_t clock_monotonic(void)
{
    static uint64_t now;

    return now += 1000000;
}

uint64_t clock_realtime(void)
{
    return 0;
}

/* Directories are ramfs's, but for making files. */
static struct vnode_ops directory_ops;
static const struct vnode_ops *ramfs_ops;

static int create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                  struct vnode **made)
{
    int error = ramfs_ops->create(dir, name, length, what, made);

    if (error != 0)
        return error;
    if ((*made)->type == VNODE_FILE)
        (*made)->flags |= VNODE_CACHED;
    else if ((*made)->type == VNODE_DIRECTORY)
        (*made)->ops = &directory_ops;
    return 0;
}

static int mount(const char *source, const char *options, struct vnode **root)
{
    int error = ramfs_fs.mount(source, options, root);

    ramfs_ops = (*root)->ops;
    directory_ops = *ramfs_ops;
    directory_ops.create = create;
    (*root)->ops = &directory_ops;
    return error;
}

const struct fs_type slow_fs = {.name = "ramfs", .mount = mount};

/* At the end of a run nothing is left but what is open. */
static void settle(void)
{
    EXPECT(vfs_sync(), 0);
    EXPECT((long)page_cache_dirty(), 0);
    name_cache_drop_mount(mount_table_first());
    page_cache_forget_mount(mount_table_first());
    EXPECT((long)page_cache_pages(), 0);
    EXPECT((long)pages_used, 0);
}
