/* Who is interrupted, in images with threads and in those without. */
#include "signals_parts.h"

#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_WAIT_IDLE
#include <wait_idle.h>
#endif

void signals_mark(struct signal_state *state)
{
    (void)state;
#ifdef CONFIG_LIB_KTHREAD
    struct kthread *thread = signals_thread(state);

    thread->deliver = signals_deliver;
    kthread_interrupt(thread);
#endif
#ifdef CONFIG_LIB_WAIT_IDLE
    wait_idle_interrupt();
#endif
}

void signals_unmark(void)
{
#ifdef CONFIG_LIB_KTHREAD
    kthread_uninterrupt(kthread_current());
#endif
#ifdef CONFIG_LIB_WAIT_IDLE
    wait_idle_uninterrupt();
#endif
}
