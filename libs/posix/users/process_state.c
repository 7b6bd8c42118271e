/*
 * Each process is somebody of its own.
 */
#include <errno.h>
#include <heap.h>
#include <process_state.h>
#include <string.h>
#include <users.h>

_Static_assert(sizeof(struct users) <= PROCESS_STATE_MAX, "it is saved where there is room for so much");

static int copy(void *saved)
{
    struct users child = users_now;

    if (child.groups != NULL) {
        size_t size = sizeof(*child.groups) + child.groups->count * sizeof(*child.groups->ids);

        child.groups = heap_alloc(size);
        if (child.groups == NULL)
            return -ENOMEM;
        memcpy(child.groups, users_now.groups, size);
    }
    memcpy(saved, &child, sizeof(child));
    return 0;
}

static void save(void *saved)
{
    memcpy(saved, &users_now, sizeof(users_now));
}

static void load(const void *saved)
{
    memcpy(&users_now, saved, sizeof(users_now));
}

static void end(void)
{
    heap_free(users_now.groups);
    users_now.groups = NULL;
}

const struct process_state users_process_state = {
    .size = sizeof(struct users),
    .copy = copy,
    .save = save,
    .load = load,
    .end = end,
};
