/* The threads of an application that may start some. */
#include "signals_parts.h"

#include <posix_thread.h>
#include <stddef.h>
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif

static const struct posix_thread *owner(const struct signal_state *state)
{
    return (const struct posix_thread *)((const char *)state - offsetof(struct posix_thread, signals));
}

struct kthread *signals_thread(const struct signal_state *state)
{
    return owner(state)->kernel;
}

struct signal_state *signals_own_state(void)
{
    return &threads_current()->signals;
}

long signals_own_id(void)
{
    return threads_current()->id;
}

static struct signal_state *of_kernel(struct kthread *kernel)
{
    struct posix_thread *thread = kernel->owner;

    if (!thread || thread->kernel != kernel)
        return NULL;
#ifdef CONFIG_LIB_PROCESSES
    if (kernel->process != processes_present())
        return NULL;
#endif
    return &thread->signals;
}

struct signal_state *signals_running(void)
{
    return of_kernel(kthread_current());
}

struct signal_state *signals_of(long id)
{
    struct posix_thread *thread = threads_find((int)id);

    return thread && thread->kernel ? of_kernel(thread->kernel) : NULL;
}

static struct signal_state *from(struct kthread *kernel)
{
    struct signal_state *state = NULL;

    for (; kernel && !state; kernel = kernel->all_next)
        state = of_kernel(kernel);
    return state;
}

struct signal_state *signals_first(void)
{
    return from(kthread_first);
}

struct signal_state *signals_after(struct signal_state *state)
{
    return from(owner(state)->kernel->all_next);
}

void signals_thread_end(struct signal_state *state)
{
    linux_sigset unblocked = ~state->blocked;

    signals_drop(&state->pending, ~(linux_sigset)0);
    state->blocked = ~(linux_sigset)0;
    signals_pass_on(state, unblocked);
}
