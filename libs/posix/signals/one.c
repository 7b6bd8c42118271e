/* The only thread of an application: of the kernel's threads, if there are any, the one that it was booted
 * by. */
#include "signals_parts.h"

#include <stddef.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif

#define ONLY 1

static struct signal_state only;

struct signal_state *signals_own_state(void)
{
    return &only;
}

long signals_own_id(void)
{
    return ONLY;
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
struct kthread *signals_thread(const struct signal_state *state)
{
    struct kthread *thread = kthread_first;

    (void)state;
    while (thread->all_next)
        thread = thread->all_next;
    return thread;
}
#endif

struct signal_state *signals_running(void)
{
#ifdef CONFIG_LIB_KTHREAD
    if (kthread_current() != signals_thread(&only))
        return NULL;
#endif
    return &only;
}
