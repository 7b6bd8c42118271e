/*
 * The set of processes, and whose state is the present one.
 */
#include "process.h"

#include <errno.h>
#include <heap.h>
#include <process_state.h>
#include <process_switch.h>
#include <string.h>

static struct process first = {.pid = FIRST_PID, .group = FIRST_PID, .session = FIRST_PID, .executed = true};
static struct process nobody; /* of threads that have left their process and only end */
static struct process *loaded = &first;

struct process *processes_first = &first;

static struct process *of(const struct kthread *thread)
{
    return thread->process ? thread->process : &first;
}

struct process *processes_current(void)
{
    return of(kthread_current());
}

struct process *processes_find(int pid)
{
    for (struct process *process = processes_first; process; process = process->next)
        if (process->pid == pid && !process->ended)
            return process;
    return NULL;
}

int processes_pid(const struct process *process)
{
    return process->pid;
}

int processes_group(const struct process *process)
{
    return process->group;
}

struct process *processes_next(struct process *process)
{
    process = process ? process->next : processes_first;
    while (process && process->ended)
        process = process->next;
    return process;
}

void *processes_present(void)
{
    return loaded == &first ? NULL : loaded;
}

static size_t place_after(size_t place, const struct process_state *state)
{
    return (place + state->size + 15) & ~(size_t)15;
}

static size_t saved_size(void)
{
    size_t size = 0;

    for (size_t i = 0; i < process_state_table_count; i++)
        size = place_after(size, process_state_table[i]);
    return size;
}

/* Without a second process there is nothing to save, and no memory to save it in. */
static void save(struct process *process)
{
    size_t place = 0;

    for (size_t i = 0; process->saved && i < process_state_table_count; i++) {
        process_state_table[i]->save(process->saved + place);
        place = place_after(place, process_state_table[i]);
    }
}

static void load(const struct process *process)
{
    size_t place = 0;

    for (size_t i = 0; process->saved && i < process_state_table_count; i++) {
        process_state_table[i]->load(process->saved + place);
        place = place_after(place, process_state_table[i]);
    }
}

static void make_present(struct process *process)
{
    if (process == loaded)
        return;
    save(loaded);
    load(process);
    loaded = process;
}

void *process_switch_nobody(void)
{
    return &nobody;
}

void process_switch(void *process)
{
    make_present(process ? process : &first);
}

void processes_within(struct process *process, void (*function)(void *argument), void *argument)
{
    struct process *before = loaded;

    make_present(process);
    function(argument);
    make_present(before);
}

void process_become(struct process *process)
{
    kthread_current()->process = process == &first ? NULL : process;
    make_present(process);
}

void process_nobody(void)
{
    process_become(&nobody);
}

void process_state_exec(void)
{
    for (size_t i = 0; i < process_state_table_count; i++)
        if (process_state_table[i]->exec)
            process_state_table[i]->exec();
}

void process_state_end(void)
{
    for (size_t i = 0; i < process_state_table_count; i++)
        if (process_state_table[i]->end)
            process_state_table[i]->end();
}

/* Copies the running process's state; after a failure there is none. */
static int copy_state(char *saved)
{
    size_t place = 0;

    for (size_t i = 0; i < process_state_table_count; i++) {
        int error = process_state_table[i]->copy(saved + place);

        if (error) {
            for (place = 0; i-- > 0;) {
                const struct process_state *state = process_state_table[i];
                uint64_t own[PROCESS_STATE_MAX / sizeof(uint64_t)];

                for (size_t k = place = 0; k < i; k++)
                    place = place_after(place, process_state_table[k]);
                state->save(own);
                state->load(saved + place);
                if (state->end)
                    state->end();
                state->load(own);
            }
            return error;
        }
        place = place_after(place, process_state_table[i]);
    }
    return 0;
}

struct process *process_new(int *error)
{
    struct process *parent = processes_current(), *child;

    *error = -ENOMEM;
    if (!first.saved) {
        first.saved = heap_alloc(saved_size());
        if (!first.saved)
            return NULL;
    }
    child = heap_alloc(sizeof(*child));
    if (!child)
        return NULL;
    *child = (struct process){
        .parent = parent,
        .pid = threads_new_id(),
        .group = parent->group,
        .session = parent->session,
        .saved = heap_alloc(saved_size()),
    };
    if (!child->saved || (*error = copy_state(child->saved)) != 0) {
        heap_free(child->saved);
        heap_free(child);
        return NULL;
    }
    child->next = processes_first;
    processes_first = child;
    return child;
}

void process_free(struct process *process)
{
    struct process **place = &processes_first;

    while (*place != process)
        place = &(*place)->next;
    *place = process->next;
    heap_free(process->saved);
    heap_free(process);
}

/* A parent's thread that is a vfork() child for now is still the parent's. */
unsigned process_threads(const struct process *process)
{
    unsigned count = 0;

    for (const struct kthread *thread = kthread_first; thread; thread = thread->all_next) {
        const struct process *its = of(thread);

        while (its != process && its->resumes)
            its = its->parent;
        count += its == process;
    }
    return count;
}
