/* The only thread of an application: of the kernel's threads, if there are any, the one that it was booted
 * by. */
#include "signals_parts.h"

#include <stddef.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_WAIT_IDLE
#include <wait_idle.h>
#endif

#define ONLY 1

static struct signal_state only;

struct signal_state *signals_self(void)
{
    return &only;
}

struct signal_state *signals_of(long id)
{
    return id == ONLY ? &only : NULL;
}

struct signal_state *signals_first(void)
{
    return &only;
}

struct signal_state *signals_after(struct signal_state *state)
{
    (void)state;
    return NULL;
}

#ifdef CONFIG_LIB_KTHREAD
static struct kthread *application(void)
{
    struct kthread *thread = kthread_first;

    while (thread->all_next)
        thread = thread->all_next;
    return thread;
}

struct signal_state *signals_running(void)
{
    return kthread_current() == application() ? &only : NULL;
}

void signals_mark(struct signal_state *state)
{
    struct kthread *thread = application();

    (void)state;
    thread->deliver = signals_deliver;
    kthread_interrupt(thread);
}

void signals_unmark(void)
{
    kthread_uninterrupt(application());
}
#else
struct signal_state *signals_running(void)
{
    return &only;
}

void signals_mark(struct signal_state *state)
{
    (void)state;
#ifdef CONFIG_LIB_WAIT_IDLE
    wait_idle_interrupt();
#endif
}

void signals_unmark(void)
{
#ifdef CONFIG_LIB_WAIT_IDLE
    wait_idle_uninterrupt();
#endif
}
#endif
