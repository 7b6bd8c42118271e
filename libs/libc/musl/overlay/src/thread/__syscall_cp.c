/*
 * What a cancellation point does in a program that never cancels a thread: nothing. pthread_cancel.c, which
 * the linker takes only for a program that calls pthread_cancel(), replaces the weak functions. They must not
 * be what cancellation points call: a linker that searches an archive for a name takes any member that
 * defines it.
 */
#include "pthread_impl.h"
#include "syscall.h"

hidden int __cp_asked(long);
hidden long __cp_done(long, long);

static int asked(long number)
{
    return 0;
}

static long done(long number, long result)
{
    return result;
}

weak_alias(asked, __cp_asked);
weak_alias(done, __cp_done);

int __cp_enter(long number)
{
    return __cp_asked(number);
}

long __cp_leave(long number, long result)
{
    return __cp_done(number, result);
}
