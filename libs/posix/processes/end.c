/*
 * The end of threads and processes.
 */
#include "process.h"

#include <config.h>
#include <errno.h>
#include <kernel_guard.h>
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#include <signals_owners.h>
#endif

/* Linux, include/uapi/asm-generic/siginfo.h. */
#define CLD_EXITED 1
#define CLD_KILLED 2

#define SIGNALLED 128 /* what shells add to a signal's number */

long sys_exit(long status);
long sys_exit_group(long status);

/* The exit status of the image for what wait4() would say of the first process. */
static _Noreturn void end_image(int status)
{
    sys_exit_group(status & 0x7f ? SIGNALLED + (status & 0x7f) : status >> 8 & 0xff);
    __builtin_unreachable();
}

void process_tell(const struct process *process, struct linux_siginfo *info)
{
    int killer = process->status & 0x7f;

    *info = (struct linux_siginfo){
        .signal = LINUX_SIGCHLD,
        .code = killer ? CLD_KILLED : CLD_EXITED,
        .process = process->pid,
    };
    info->status = killer ? killer : process->status >> 8;
}

#ifdef CONFIG_LIB_SIGNALS
static void tell(void *argument)
{
    struct process *process = argument;
    struct linux_siginfo info;

    process_tell(process, &info);
    (void)signals_send_process(&info); /* not a real-time signal: it cannot fail */
    process->unwanted = signals_children_unwanted();
}
#endif

/* The last thread of the running process is about to end. Its children become the first process's. */
static void finish(struct process *process, int status)
{
    if (process->pid == FIRST_PID)
        end_image(status);
    process_state_end();
    for (struct process *child = processes_first; child; child = child->next)
        if (child->parent == process)
            child->parent = processes_find(FIRST_PID);
    process->status = status;
    process->ended = true;
    wait_wake(&process->parent->news, WAIT_ALL);
#ifdef CONFIG_LIB_SIGNALS
    processes_within(process->parent, tell, process);
#endif
    if (process->resumes)
        process_resume_parent(process);
    threads_current()->process_memory = process->image;
    process_nobody();
    if (process->unwanted)
        process_free(process);
}

void processes_thread_ends(int status)
{
    struct process *process = processes_current();

    if (process_threads(process) == 1)
        finish(process, process->ending ? process->status : (status & 0xff) << 8);
    else
        wait_wake(&process->news, WAIT_ALL);
}

void processes_attend(void)
{
    const struct process *process = processes_current();

    if (process->clears && kthread_current() != process->stays)
        sys_exit(0);
}

static void attend(struct signal_context *interrupted)
{
    (void)interrupted;
    processes_attend();
}

static void end_others(struct process *process)
{
    struct kthread *self = kthread_current();

    process->clears = true;
    process->stays = self;

    for (struct kthread *thread = kthread_first; thread; thread = thread->all_next) {
        if (thread == self || thread->process != (process->pid == FIRST_PID ? NULL : process))
            continue;
        thread->deliver = attend;
        kthread_interrupt(thread);
    }
}

void process_end_others(struct process *process)
{
    end_others(process);
    while (process_threads(process) > 1)
        (void)wait_until(&process->news, WAIT_FOR_EVER, false);
    process->clears = false;
}

_Noreturn void processes_exit(int status, int signal)
{
    struct process *process = processes_current();

    if (!process->ending) {
        process->status = signal ? signal : (status & 0xff) << 8;
        if (process->pid == FIRST_PID)
            end_image(process->status);
        process->ending = true;
        if (!process->resumes)
            end_others(process);
    }
    if (process->resumes)
        finish(process, process->status);
    sys_exit(0);
    __builtin_unreachable();
}

void processes_thread_gone(const struct posix_thread *thread)
{
    struct process *process = thread->kernel->process;
    struct process_image *image = thread->process_memory;

    if (image)
        process_image_free(image);
    else if (thread->stack)
        process_memory_unmap(process ? process->image : NULL, thread->stack, thread->stack_size);
}
