/* Signals from one process to another, and what each has of its own. */
#include "signals_parts.h"

#include <errno.h>
#include <heap.h>
#include <process_state.h>
#include <processes.h>
#include <string.h>

#define EVERYBODY (-1)
#define FIRST 1

int signals_process(void)
{
    return processes_pid(processes_current());
}

struct message {
    const struct linux_siginfo *info;
    long error;
};

static void give(void *argument)
{
    struct message *message = argument;

    message->error = message->info->signal ? signals_send(NULL, NULL, message->info, NULL) : 0;
}

static long send(struct process *process, const struct linux_siginfo *info)
{
    struct message message = {info, 0};

    if (process == processes_current())
        return signals_send_own(info);
    processes_within(process, give, &message);
    return message.error;
}

/* kill(2): a pid; 0: the sender's group; -1: everybody but the first process and the sender; else a group.
 * The sender comes last, for it may end there. */
long signals_send_to(long pid, const struct linux_siginfo *info)
{
    struct process *self = processes_current(), *process = NULL;
    int group = pid == 0 ? processes_group(self) : (int)-pid;
    bool myself = false;
    long error = -ESRCH;

    if (pid > 0) {
        process = processes_find((int)pid);
        return process ? send(process, info) : -ESRCH;
    }
    while ((process = processes_next(process))) {
        if (pid == EVERYBODY ? process == self || processes_pid(process) == FIRST
                             : processes_group(process) != group)
            continue;
        if (process == self)
            myself = true;
        else
            error = send(process, info);
    }
    return myself ? send(self, info) : error;
}

bool signals_children_unwanted(void)
{
    const struct linux_sigaction *action = &signals_actions[LINUX_SIGCHLD];

    return action->handler == LINUX_SIG_IGN || (action->flags & LINUX_SA_NOCLDWAIT);
}

struct own {
    struct linux_sigaction *actions;
    struct signal_set shared;
};

_Static_assert(sizeof(struct own) <= PROCESS_STATE_MAX, "it is saved where there is room for so much");

static int copy(void *saved)
{
    struct own *child = saved;

    *child = (struct own){.actions = heap_alloc(sizeof(*signals_actions) * (LINUX_SIGNALS + 1))};
    if (!child->actions)
        return -ENOMEM;
    memcpy(child->actions, signals_actions, sizeof(*signals_actions) * (LINUX_SIGNALS + 1));
    return 0;
}

static void save(void *saved)
{
    *(struct own *)saved = (struct own){signals_actions, signals_shared};
}

static void load(const void *saved)
{
    const struct own *own = saved;

    signals_actions = own->actions;
    signals_shared = own->shared;
}

/* What is ignored stays ignored: execve(2). */
static void exec(void)
{
    for (int signal = 1; signal <= LINUX_SIGNALS; signal++)
        if (signals_actions[signal].handler != LINUX_SIG_IGN)
            signals_actions[signal] = (struct linux_sigaction){.handler = LINUX_SIG_DFL};
}

static void end(void)
{
    signals_drop(&signals_shared, ~(linux_sigset)0);
    heap_free(signals_actions);
}

const struct process_state signals_process_state = {
    .size = sizeof(struct own),
    .copy = copy,
    .save = save,
    .load = load,
    .exec = exec,
    .end = end,
};
