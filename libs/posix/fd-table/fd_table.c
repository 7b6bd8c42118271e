/*
 * The table of descriptors. It begins in static memory and moves to the heap when it grows.
 */
#include "slots.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <string.h>

#define FIRST_SLOTS 16

/* One reference more than descriptors: it is never released. */
static struct open_file console = {.ops = &fd_console_ops, .references = 4, .flags = LINUX_O_RDWR};
static struct open_file reserved; /* stands in a slot that is taken but not filled */
static struct slot first_slots[FIRST_SLOTS] = {{.file = &console}, {.file = &console}, {.file = &console}};
static struct slot *slots = first_slots;
static unsigned slot_count = FIRST_SLOTS;

struct slot *fd_slot(long fd)
{
    if (fd < 0 || (unsigned long)fd >= slot_count || slots[fd].file == NULL || slots[fd].file == &reserved)
        return NULL;
    return &slots[fd];
}

struct open_file *fd_get(long fd)
{
    struct slot *slot = fd_slot(fd);

    if (slot == NULL)
        return NULL;
    slot->file->references++;
    return slot->file;
}

void fd_put(struct open_file *file)
{
    if (--file->references != 0)
        return;
    for (struct file_watch *watch; (watch = file->watches) != NULL;) {
        fd_unwatch(watch);
        watch->gone(watch);
    }
    file->ops->release(file);
}

static int grow(unsigned wanted)
{
    unsigned count = 2 * slot_count;
    struct slot *larger;

    if (count < wanted)
        count = wanted;
    if (count > CONFIG_FD_TABLE_MAX)
        count = CONFIG_FD_TABLE_MAX;
    larger = heap_alloc(count * sizeof(*larger));
    if (larger == NULL)
        return -ENOMEM;
    memcpy(larger, slots, slot_count * sizeof(*larger));
    memset(larger + slot_count, 0, (count - slot_count) * sizeof(*larger));
    if (slots != first_slots)
        heap_free(slots);
    slots = larger;
    slot_count = count;
    return 0;
}

long fd_reserve_exactly(unsigned fd, bool close_on_exec)
{
    if (fd >= CONFIG_FD_TABLE_MAX)
        return -EMFILE;
    if (fd >= slot_count && grow(fd + 1) != 0)
        return -ENOMEM;
    slots[fd] = (struct slot){&reserved, close_on_exec};
    return fd;
}

long fd_reserve(unsigned lowest, bool close_on_exec)
{
    unsigned fd = lowest;

    while (fd < slot_count && slots[fd].file != NULL)
        fd++;
    return fd_reserve_exactly(fd, close_on_exec);
}

void fd_fill(long fd, struct open_file *file)
{
    slots[fd].file = file;
}

void fd_cancel(long fd)
{
    slots[fd].file = NULL;
}

long sys_close(long fd)
{
    struct slot *slot = fd_slot(fd);
    struct open_file *file;

    if (slot == NULL)
        return -EBADF;
    file = slot->file;
    slot->file = NULL;
    fd_put(file);
    return 0;
}
