#include "threads_parts.h"

#include <config.h>
#include <errno.h>
#include <kernel_guard.h>
#include <thread_start.h>

/* Linux, include/uapi/linux/sched.h. */
#define CLONE_VM 0x00000100
#define CLONE_FS 0x00000200
#define CLONE_FILES 0x00000400
#define CLONE_SIGHAND 0x00000800
#define CLONE_THREAD 0x00010000
#define CLONE_SYSVSEM 0x00040000
#define CLONE_SETTLS 0x00080000
#define CLONE_PARENT_SETTID 0x00100000
#define CLONE_CHILD_CLEARTID 0x00200000
#define CLONE_DETACHED 0x00400000 /* means nothing any more */
#define CLONE_CHILD_SETTID 0x01000000

#define ALWAYS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)
#define POSSIBLE                                                                                             \
    (ALWAYS | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_CHILD_SETTID)

long sys_thread_start(long start);
long sys_exit(long status);

/* What a thread takes of its stack, at the upper end. */
struct memory {
    struct kthread kernel;
    struct posix_thread posix;
    int (*function)(void *);
    void *argument;
};

static void run(void *argument)
{
    struct memory *self = argument;
    int status = self->function(self->argument);

    kernel_enter();
    sys_exit(status);
}

/* Lays out a thread like `parent` at the end of a stack, of which what lies below the result is its own. */
static struct memory *lay_out(void *stack_end, const struct posix_thread *parent, int (*function)(void *),
                              void *argument)
{
    struct memory *new = (struct memory *)((uintptr_t)stack_end & ~(uintptr_t)15) - 1;

    *new = (struct memory){
        .posix = {.kernel = &new->kernel,
                  .policy = parent->policy,
                  .priority = parent->priority,
                  .signals = {.blocked = parent->signals.blocked}},
        .function = function,
        .argument = argument,
    };
    new->kernel.owner = &new->posix;
    new->kernel.place.rank = (uint8_t)threads_rank(&new->posix);
    new->kernel.place.sliced = threads_sliced(&new->posix);
#ifdef CONFIG_LIB_SCHED_PARALLEL
    new->kernel.place.avoided = parent->kernel->place.avoided;
#endif
    return new;
}

#ifdef CONFIG_LIB_PROCESSES
void threads_start_process(void *stack_end, int id, void *process, int (*function)(void *), void *argument)
{
    struct posix_thread *self = threads_current();
    struct memory *new = lay_out(stack_end, self, function, argument);

    /* The first thread's pointer is not known yet, as the new one begins without. */
    if (!self->kernel->context.thread_pointer)
        self->kernel->context.thread_pointer = context_thread_pointer();
    threads_add(&new->posix, id);
    new->kernel.number = id;
    new->kernel.process = process;
    kthread_start(&new->kernel, new, run, new);
}

/* Of the thread that begins there, the old one's memory is none: it is `memory` that goes with the old. */
_Noreturn void threads_replace(void *stack_end, int id, void *process, int (*function)(void *),
                               void *argument, void *memory)
{
    struct posix_thread *self = threads_current();

    threads_remove(self);
    threads_start_process(stack_end, id, process, function, argument);
    self->process_memory = memory;
    threads_leave();
}
#endif

long sys_thread_start(long start)
{
    const struct thread_start *wanted = (const struct thread_start *)start;
    const struct posix_thread *parent = threads_current();
    long flags = wanted->flags;

    if ((flags & ALWAYS) != ALWAYS || (flags & ~POSSIBLE))
        return -EINVAL; /* threads share everything here, and nothing else can be had */
    if (!wanted->stack)
        return -EINVAL;

#ifdef CONFIG_THREADS_ACCOUNT
    threads_account_start();
#endif
    struct memory *new = lay_out(wanted->stack, parent, wanted->function, wanted->argument);
    threads_add(&new->posix, threads_new_id());
    new->kernel.number = new->posix.id;
    if (flags & CLONE_SETTLS)
        new->kernel.thread_pointer = wanted->thread_pointer;
    if (flags & CLONE_CHILD_CLEARTID)
        new->posix.clear_id = wanted->child_tid;
    if (flags & CLONE_PARENT_SETTID)
        *wanted->parent_tid = new->posix.id;
    if (flags & CLONE_CHILD_SETTID)
        *wanted->child_tid = new->posix.id;

    int id = new->posix.id;
    kthread_start(&new->kernel, new, run, new);
    return id;
}
