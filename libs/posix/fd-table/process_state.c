/*
 * Each process has a table of its own. A child's begins with the descriptors of its parent, but for those
 * that are only reserved: they are being opened by threads of the parent.
 */
#include "slots.h"

#include <heap.h>
#include <process_state.h>
#include <string.h>

static int copy(void *saved)
{
    struct fd_table *child = saved;
    unsigned words = (fd_slots.count + FD_BITS - 1) / FD_BITS, count = words * FD_BITS;
    struct open_file **files = heap_alloc(count * sizeof(*files) + 2 * words * sizeof(uint64_t));

    if (files == NULL)
        return -ENOMEM;
    memset(files, 0, count * sizeof(*files) + 2 * words * sizeof(uint64_t));
    *child = fd_slots;
    child->files = files;
    child->taken = (uint64_t *)(files + count);
    child->close_on_exec = child->taken + words;
    child->count = count;
    child->free = 0;
    for (unsigned fd = 0; fd < fd_slots.count; fd++) {
        struct open_file *file = fd_slots.files[fd];

        if (file == NULL)
            continue;
        file->references++;
        files[fd] = file;
        fd_set_bit(child->taken, fd, true);
        fd_set_bit(child->close_on_exec, fd, fd_bit(fd_slots.close_on_exec, fd));
    }
    return 0;
}

static void save(void *saved)
{
    memcpy(saved, &fd_slots, sizeof(fd_slots));
}

static void load(const void *saved)
{
    memcpy(&fd_slots, saved, sizeof(fd_slots));
}

static void exec(void)
{
    for (unsigned fd = 0; fd < fd_slots.count; fd++)
        if (fd_slots.files[fd] != NULL && fd_bit(fd_slots.close_on_exec, fd))
            fd_close(fd);
}

static void end(void)
{
    for (unsigned fd = 0; fd < fd_slots.count; fd++)
        if (fd_slots.files[fd] != NULL)
            fd_close(fd);
    heap_free(fd_slots.files);
    fd_slots.files = NULL;
    fd_slots.count = 0;
}

_Static_assert(sizeof(struct fd_table) <= PROCESS_STATE_MAX, "it is saved where there is room for so much");

const struct process_state fd_table_process_state = {
    .size = sizeof(struct fd_table),
    .copy = copy,
    .save = save,
    .load = load,
    .exec = exec,
    .end = end,
};
