/*
 * Who a process is: its pid, its parent, its group, its session.
 */
#include "process.h"

#include <errno.h>

long sys_getpid(void);
long sys_getppid(void);
long sys_getpgid(long pid);
long sys_getpgrp(void);
long sys_getsid(long pid);
long sys_setpgid(long pid, long group);
long sys_setsid(void);

static struct process *find(long pid)
{
    return pid == 0 ? processes_current() : processes_find((int)pid);
}

long sys_getpid(void)
{
    return processes_current()->pid;
}

/* The first process has no parent here: nobody's pid, as in a namespace of its own. */
long sys_getppid(void)
{
    const struct process *parent = processes_current()->parent;

    return parent ? parent->pid : 0;
}

long sys_getpgid(long pid)
{
    const struct process *process = find(pid);

    return process ? process->group : -ESRCH;
}

long sys_getpgrp(void)
{
    return processes_current()->group;
}

long sys_getsid(long pid)
{
    const struct process *process = find(pid);

    return process ? process->session : -ESRCH;
}

static bool is_group(int group, int session)
{
    for (const struct process *process = processes_first; process; process = process->next)
        if (process->group == group && process->session == session)
            return true;
    return false;
}

long sys_setpgid(long pid, long group)
{
    const struct process *self = processes_current();
    struct process *process = find(pid);

    if (group < 0)
        return -EINVAL;
    if (!process || (process != self && process->parent != self))
        return -ESRCH;
    if (group == 0)
        group = process->pid;
    if (process->session != self->session || process->pid == process->session)
        return -EPERM;
    if (process != self && process->executed)
        return -EACCES;
    if (group != process->pid && !is_group((int)group, self->session))
        return -EPERM;
    process->group = (int)group;
    return 0;
}

long sys_setsid(void)
{
    struct process *self = processes_current();

    if (self->group == self->pid)
        return -EPERM;
    self->group = self->session = self->pid;
    return self->pid;
}
