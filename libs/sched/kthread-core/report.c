#include "cpu.h"

#include <panic.h>
#include <platform_exit.h>
#include <stddef.h>

#define SHOWN 16 /* threads; the others are counted */

/* What context_switch() left: the chain of frames begins in the function that switched away. */
static void show(const struct kthread *thread)
{
    panic_print("  thread %d\n", thread->number);
    if (thread != kthread_current()) {
        const uintptr_t *frame = (const uintptr_t *)context_frame(&thread->context);

        if (frame)
            panic_backtrace(frame[1], frame[0]);
    } else {
        panic_backtrace((uintptr_t)__builtin_return_address(0), (uintptr_t)__builtin_frame_address(0));
    }
}

#ifndef CONFIG_LIB_SCHED_PARALLEL
/* There is one processor, so nobody calls it. */
_Noreturn void kthread_idle(unsigned cpu)
{
    (void)cpu;
    kthread_deadlock();
}
#endif

_Noreturn void kthread_deadlock(void)
{
    unsigned shown = 0, count = kthread_count();

    panic_begin();
    panic_print("panic: all threads wait for each other (deadlock), %u of them\n", count);
    for (const struct kthread *t = kthread_first; t && shown < SHOWN; t = t->all_next, shown++)
        show(t);
    if (shown < count)
        panic_print("  and %u more\n", count - shown);
    platform_crash();
}
