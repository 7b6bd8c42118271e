#include "signals_parts.h"

#include <panic.h>
#include <platform_exit.h>
#ifdef CONFIG_LIB_APPLICATION_END
#include <application_end.h>
#endif
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif
#ifdef CONFIG_LIB_STUBS
#include <stubs.h>
#endif

#define FIRST 1            /* with this process the image ends */
#define EXIT_SIGNALLED 128 /* what a shell adds to the number of the signal that ended a program */

/* Those whose default is a dump of the process: what a report can tell of it is told. */
static linux_sigset reported(void)
{
    return signals_bit(LINUX_SIGQUIT) | signals_bit(LINUX_SIGILL) | signals_bit(LINUX_SIGTRAP) |
           signals_bit(LINUX_SIGABRT) | signals_bit(LINUX_SIGBUS) | signals_bit(LINUX_SIGFPE) |
           signals_bit(LINUX_SIGSEGV) | signals_bit(LINUX_SIGXCPU) | signals_bit(LINUX_SIGXFSZ) |
           signals_bit(LINUX_SIGSYS);
}

static const char *name_of(int signal)
{
    static const char names[] =
        "HUP\0INT\0QUIT\0ILL\0TRAP\0ABRT\0BUS\0FPE\0KILL\0USR1\0SEGV\0USR2\0PIPE\0ALRM\0"
        "TERM\0STKFLT\0CHLD\0CONT\0STOP\0TSTP\0TTIN\0TTOU\0URG\0XCPU\0XFSZ\0VTALRM\0"
        "PROF\0WINCH\0IO\0PWR\0SYS\0RT";
    const char *name = names;

    for (int i = 1; i < signal && i < LINUX_SIGRTMIN; i++)
        while (*name++)
            ;
    return name;
}

_Noreturn void signals_end(const struct linux_siginfo *info)
{
    bool crash = reported() & signals_bit(info->signal);
    const char *who = crash ? "panic: " : "";

#ifdef CONFIG_LIB_PROCESSES
    if (signals_process() != FIRST)
        who = "a program was "; /* the others go on */
#endif
    panic_print("%sended by signal %d (SIG%s)\n", who, info->signal, name_of(info->signal));
    if (crash)
        panic_backtrace((uintptr_t)__builtin_return_address(0), *(uintptr_t *)__builtin_frame_address(0));
#ifdef CONFIG_LIB_PROCESSES
    processes_exit(0, info->signal);
#endif
#ifdef CONFIG_LIB_STUBS
    stubs_report(); /* a missing call may be why */
#endif
#ifdef CONFIG_LIB_APPLICATION_END
    if (!crash)
        application_end();
#endif
    platform_exit(EXIT_SIGNALLED + info->signal);
}
