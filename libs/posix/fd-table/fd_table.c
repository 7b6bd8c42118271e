/*
 * The table of descriptors. It begins in static memory and moves to the heap when it grows. Finding a file
 * takes one comparison; finding the lowest free descriptor takes as many steps as there are full words in the
 * bit map from the lowest that may be free on.
 */
#include "slots.h"

#include <heap.h>
#include <string.h>

#define FIRST_SLOTS 16

/* One reference more than descriptors: it is never released. */
static struct open_file console = {.ops = &fd_console_ops, .references = 4, .flags = LINUX_O_RDWR};
static struct open_file *first_files[FIRST_SLOTS] = {&console, &console, &console};
static uint64_t first_maps[2] = {7, 0};

struct fd_table fd_slots = {
    .files = first_files,
    .taken = &first_maps[0],
    .close_on_exec = &first_maps[1],
    .count = FIRST_SLOTS,
    .free = 3,
    .limit = CONFIG_FD_TABLE_LIMIT < CONFIG_FD_TABLE_MAX ? CONFIG_FD_TABLE_LIMIT : CONFIG_FD_TABLE_MAX,
};

struct open_file *fd_get(long fd)
{
    struct open_file *file = fd_find(fd);

    if (file != NULL)
        file->references++;
    return file;
}

struct open_file *fd_get_console(void)
{
    console.references++;
    return &console;
}

void fd_release(struct open_file *file)
{
    for (struct file_watch *watch; (watch = file->watches) != NULL;) {
        fd_unwatch(watch);
        watch->gone(watch);
    }
#ifdef CONFIG_LIB_RECORD_LOCKS
    record_locks_released(file);
#endif
    file->ops->release(file);
}

/* Room for `wanted` descriptors at least, in one piece: the pointers, then both maps. */
static int grow(unsigned wanted)
{
    struct fd_table old = fd_slots;
    unsigned count = 2 * old.count, words, old_words = (old.count + FD_BITS - 1) / FD_BITS;
    struct open_file **files;

    if (count < wanted)
        count = wanted;
    words = (count + FD_BITS - 1) / FD_BITS;
    count = words * FD_BITS;
    files = heap_alloc(count * sizeof(*files) + 2 * words * sizeof(uint64_t));
    if (files == NULL)
        return -ENOMEM;
    memset(files, 0, count * sizeof(*files) + 2 * words * sizeof(uint64_t));
    fd_slots.files = files;
    fd_slots.taken = (uint64_t *)(files + count);
    fd_slots.close_on_exec = fd_slots.taken + words;
    fd_slots.count = count;
    memcpy(files, old.files, old.count * sizeof(*files));
    memcpy(fd_slots.taken, old.taken, old_words * sizeof(uint64_t));
    memcpy(fd_slots.close_on_exec, old.close_on_exec, old_words * sizeof(uint64_t));
    if (old.files != first_files)
        heap_free(old.files);
    return 0;
}

long fd_reserve_exactly(unsigned fd, bool close_on_exec, struct open_file **replaced)
{
    if (fd >= fd_slots.limit)
        return -EMFILE;
    if (fd >= fd_slots.count && grow(fd + 1) != 0)
        return -ENOMEM;
    *replaced = fd_slots.files[fd];
    if (*replaced == NULL && fd_bit(fd_slots.taken, fd))
        return -EBUSY; /* somebody is about to open it: dup(2) */
    fd_slots.files[fd] = NULL;
    fd_set_bit(fd_slots.taken, fd, true);
    fd_set_bit(fd_slots.close_on_exec, fd, close_on_exec);
    return fd;
}

/* The lowest descriptor from `fd` on that is not taken; it may lie behind the table. */
static unsigned lowest_free(unsigned fd)
{
    while (fd < fd_slots.count) {
        uint64_t free = ~fd_slots.taken[fd / FD_BITS] >> fd % FD_BITS;

        if (free != 0)
            return fd + (unsigned)__builtin_ctzll(free);
        fd = fd / FD_BITS * FD_BITS + FD_BITS;
    }
    return fd;
}

long fd_reserve(unsigned lowest, bool close_on_exec)
{
    bool first = lowest <= fd_slots.free;
    unsigned fd = lowest_free(first ? fd_slots.free : lowest);
    struct open_file *none;
    long reserved = fd_reserve_exactly(fd, close_on_exec, &none);

    if (first && reserved >= 0)
        fd_slots.free = fd + 1;
    return reserved;
}

void fd_fill(long fd, struct open_file *file)
{
    fd_slots.files[fd] = file;
}

void fd_cancel(long fd)
{
    fd_set_bit(fd_slots.taken, (unsigned)fd, false);
    if ((unsigned)fd < fd_slots.free)
        fd_slots.free = (unsigned)fd;
}

long fd_open(struct open_file *file, bool close_on_exec)
{
    long fd = fd_reserve(0, close_on_exec);

    if (fd < 0)
        fd_put(file);
    else
        fd_fill(fd, file);
    return fd;
}

void fd_stat_anonymous(struct open_file *file, struct linux_stat_values *values)
{
    (void)file;
    *values =
        (struct linux_stat_values){.device = 3, .inode = 1, .mode = 0600, .links = 1, .block_size = 4096};
}

struct open_file *fd_take(long fd)
{
    struct open_file *file = fd_slots.files[fd];

    fd_slots.files[fd] = NULL;
    fd_cancel(fd);
    return file;
}

void fd_close(unsigned fd)
{
    fd_give_up(fd_take(fd));
}

unsigned fd_limit(void)
{
    return fd_slots.limit;
}

unsigned fd_limit_max(void)
{
    return CONFIG_FD_TABLE_MAX;
}

void fd_set_limit(unsigned limit)
{
    fd_slots.limit = limit < CONFIG_FD_TABLE_MAX ? limit : CONFIG_FD_TABLE_MAX;
}
