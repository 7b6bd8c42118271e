/*
 * Waiting for children: wait4(2), waitid(2).
 */
#include "process.h"

#include <config.h>
#include <errno.h>
#include <string.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

/* Linux, include/uapi/linux/wait.h. */
#define WNOHANG 1
#define WUNTRACED 2
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x01000000
#define P_ALL 0
#define P_PID 1
#define P_PGID 2

#define RUSAGE_SIZE 144 /* struct rusage of Linux on 64-bit architectures */

long sys_wait4(long pid, long status, long options, long usage);
long sys_waitid(long type, long id, long info, long options, long usage);

/* Which children: a pid if positive, the group of that number if negative, all if 0. */
static bool is_meant(const struct process *child, long which)
{
    return which == 0 || (which > 0 ? child->pid == which : child->group == -which);
}

/* A child that has ended, NULL if there is none yet; -ECHILD: there never will be. */
static int find(const struct process *parent, long which, struct process **found)
{
    int error = -ECHILD;

    for (struct process *child = processes_first; child; child = child->next) {
        if (child->parent != parent || !is_meant(child, which))
            continue;
        *found = child;
        if (child->ended)
            return 0;
        error = 0;
    }
    *found = NULL;
    return error;
}

/* Waits for a child as the options say; NULL in `found` if there is none and nobody wants to wait. */
static int await(long which, long options, struct process **found)
{
    struct process *self = processes_current();

    for (;;) {
        int error = find(self, which, found);

        if (error || *found || (options & WNOHANG))
            return error;
        error = wait_until(&self->news, WAIT_FOR_EVER, true);
#ifdef CONFIG_LIB_SIGNALS
        if (error == -EINTR && signals_restart())
            error = 0;
#endif
        if (error)
            return error;
    }
}

long sys_wait4(long pid, long status, long options, long usage)
{
    long which = pid == -1 ? 0 : pid == 0 ? -processes_current()->group : pid;
    struct process *child;
    int error;

    if (options & ~(long)(WNOHANG | WUNTRACED | WCONTINUED))
        return -EINVAL;
    error = await(which, options, &child);
    if (error || !child)
        return error;
    pid = child->pid;
    if (status)
        *(int32_t *)status = child->status;
    if (usage)
        memset((void *)usage, 0, RUSAGE_SIZE);
    process_free(child);
    return pid;
}

long sys_waitid(long type, long id, long info, long options, long usage)
{
    struct linux_siginfo *told = (struct linux_siginfo *)info;
    long which = type == P_ALL ? 0 : type == P_PGID ? -(id ? id : processes_current()->group) : id;
    struct process *child;
    int error;

    if (options & ~(long)(WNOHANG | WUNTRACED | WCONTINUED | WEXITED | WNOWAIT) ||
        !(options & (WEXITED | WUNTRACED | WCONTINUED)) || type < P_ALL || type > P_PGID ||
        (type == P_PID && id <= 0) || (type == P_PGID && id < 0))
        return -EINVAL;
    error = await(which, options, &child);
    if (error)
        return error;
    if (told)
        *told = (struct linux_siginfo){0};
    if (usage)
        memset((void *)usage, 0, RUSAGE_SIZE);
    if (!child)
        return 0;
    if (told)
        process_tell(child, told);
    if (!(options & WNOWAIT))
        process_free(child);
    return 0;
}
