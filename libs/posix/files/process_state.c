/*
 * Each process has a mask of permissions of its own.
 */
#include "vnode_file.h"

#include <process_state.h>
#include <string.h>

long sys_umask(long mask);

static uint32_t exchange(uint32_t mask)
{
    return (uint32_t)sys_umask(mask);
}

static void save(void *saved)
{
    uint32_t mask = exchange(0);

    exchange(mask);
    memcpy(saved, &mask, sizeof(mask));
}

static void load(const void *saved)
{
    uint32_t mask;

    memcpy(&mask, saved, sizeof(mask));
    exchange(mask);
}

static int copy(void *saved)
{
    save(saved);
    return 0;
}

const struct process_state files_process_state = {
    .size = sizeof(uint32_t),
    .copy = copy,
    .save = save,
    .load = load,
};
