/*
 * An EROFS image on the host: as memory of the boot loader, and as a disk that gives other threads their turn
 * in the middle of each read.
 */
#pragma once

#include "../../../memory/heap/tests/fake_memory.h"

#include <block_io.h>
#include <boot_info.h>
#include <errno.h>
#include <fs.h>
#include <stdio.h>
#include <wait_queue.h>

extern const struct fs_type erofs_fs;

struct boot_info boot_info;

static struct block_device disk;
static const unsigned char *disk_content;
static long disk_fails_at = -1; /* the read that fails, counted from 0 */

struct block_device *block_device_find(const char *name)
{
    return strcmp(name, "vda") == 0 ? &disk : NULL;
}

int block_device_claim(struct block_device *device, const void *holder)
{
    if (device->holder != NULL)
        return -EBUSY;
    device->holder = holder;
    return 0;
}

void block_device_release(struct block_device *device)
{
    assert(device->holder != NULL);
    device->holder = NULL;
}

int block_read(struct block_device *device, uint64_t sector, void *buffer, size_t bytes)
{
    assert(device == &disk && bytes % 512 == 0 && sector + bytes / 512 <= disk.sectors);
    if (disk_fails_at >= 0 && disk_fails_at-- == 0)
        return -EIO;
    memcpy(buffer, disk_content + sector * 512, bytes);
    return 0;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue;
    (void)deadline;
    (void)interruptible;
    assert(!"one thread would wait for itself");
    return 0;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue;
    (void)count;
    return 0;
}

static inline int mount_image(const unsigned char *image, size_t size, bool on_disk, struct vnode **root)
{
    memset(&disk, 0, sizeof disk);
    disk.sectors = size / 512;
    disk_content = image;
    boot_info.initrd = image;
    boot_info.initrd_size = size;
    return erofs_fs.mount(on_disk ? "vda" : "initrd", NULL, root);
}

struct quiet_walk {
    struct vnode *directory;
    unsigned depth;
    unsigned *left; /* files that are looked at still */
};

/* Looks at everything, whatever goes wrong. */
static inline bool walk_quietly(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                                uint64_t next)
{
    static unsigned char buffer[10000];
    const struct quiet_walk *walk = context;
    struct vnode_attributes attributes;
    struct vnode *child;
    const void *data;
    bool lasting;
    long got;

    (void)inode;
    (void)type;
    (void)next;
    assert(length != 0 && length <= VNODE_NAME_MAX && memchr(name, '/', length) == NULL);
    if (*walk->left == 0)
        return false;
    --*walk->left;
    if (walk->directory->ops->lookup(walk->directory, name, length, &child) != 0)
        return true;
    child->ops->get(child, &attributes);
    if (child->type == VNODE_DIRECTORY) {
        struct quiet_walk deeper = {child, walk->depth + 1, walk->left};

        if (walk->depth < 10)
            child->ops->entries(child, 0, walk_quietly, &deeper);
    } else {
        for (unsigned i = 0; i < 4; i++) {
            uint64_t at = attributes.size / 4 * i;

            got = child->ops->read(child, buffer, sizeof buffer, at);
            assert(got <= (long)sizeof buffer && (got < 0 || (uint64_t)got <= attributes.size - at));
            got = child->ops->view != NULL ? child->ops->view(child, sizeof buffer, at, &data, &lasting) : -1;
            if (got > 0)
                memcpy(buffer, data, (size_t)got);
        }
    }
    vnode_put(child);
    return true;
}

/* Mounts an image, looks at up to 200 files, and unmounts it; nothing may be left over. */
static inline void use_image(const unsigned char *image, size_t size, bool on_disk)
{
    unsigned left = 200;
    struct quiet_walk walk = {.left = &left};

    if (mount_image(image, size, on_disk, &walk.directory) == 0) {
        walk.directory->ops->entries(walk.directory, 0, walk_quietly, &walk);
        erofs_fs.unmount(walk.directory);
    }
    assert(fake_live == 0 && disk.holder == NULL);
}
