/* Signals: Linux's include/uapi/asm-generic/signal.h, signal-defs.h and siginfo.h. */
#pragma once

#include <stdint.h>

#define LINUX_SIGNALS 64 /* numbers 1 to 64 */

#define LINUX_SIGHUP 1
#define LINUX_SIGINT 2
#define LINUX_SIGQUIT 3
#define LINUX_SIGILL 4
#define LINUX_SIGTRAP 5
#define LINUX_SIGABRT 6
#define LINUX_SIGBUS 7
#define LINUX_SIGFPE 8
#define LINUX_SIGKILL 9
#define LINUX_SIGUSR1 10
#define LINUX_SIGSEGV 11
#define LINUX_SIGUSR2 12
#define LINUX_SIGPIPE 13
#define LINUX_SIGALRM 14
#define LINUX_SIGTERM 15
#define LINUX_SIGCHLD 17
#define LINUX_SIGCONT 18
#define LINUX_SIGSTOP 19
#define LINUX_SIGTSTP 20
#define LINUX_SIGTTIN 21
#define LINUX_SIGTTOU 22
#define LINUX_SIGURG 23
#define LINUX_SIGXCPU 24
#define LINUX_SIGXFSZ 25
#define LINUX_SIGVTALRM 26
#define LINUX_SIGPROF 27
#define LINUX_SIGWINCH 28
#define LINUX_SIGIO 29
#define LINUX_SIGPWR 30
#define LINUX_SIGSYS 31
#define LINUX_SIGRTMIN 32 /* from here on signals queue up, with what they carry */

#define LINUX_SIG_DFL 0
#define LINUX_SIG_IGN 1

#define LINUX_SIG_BLOCK 0
#define LINUX_SIG_UNBLOCK 1
#define LINUX_SIG_SETMASK 2

#define LINUX_SA_NOCLDWAIT 0x00000002ul
#define LINUX_SA_SIGINFO 0x00000004ul
#define LINUX_SA_ONSTACK 0x08000000ul
#define LINUX_SA_RESTART 0x10000000ul
#define LINUX_SA_NODEFER 0x40000000ul
#define LINUX_SA_RESETHAND 0x80000000ul

/* si_code: where a signal comes from, */
#define LINUX_SI_USER 0
#define LINUX_SI_KERNEL 0x80
#define LINUX_SI_QUEUE (-1)
#define LINUX_SI_TIMER (-2)
#define LINUX_SI_MESGQ (-3)
#define LINUX_SI_TKILL (-6)

/* and what a fault was. */
#define LINUX_ILL_ILLOPN 2
#define LINUX_FPE_INTDIV 1
#define LINUX_FPE_FLTDIV 3
#define LINUX_FPE_FLTOVF 4
#define LINUX_FPE_FLTUND 5
#define LINUX_FPE_FLTRES 6
#define LINUX_FPE_FLTINV 7
#define LINUX_SEGV_MAPERR 1
#define LINUX_SEGV_ACCERR 2
#define LINUX_BUS_ADRALN 1
#define LINUX_BUS_ADRERR 2
#define LINUX_TRAP_BRKPT 1
#define LINUX_TRAP_TRACE 2

/* One bit a signal, signal n at bit n - 1. */
typedef uint64_t linux_sigset;

/* struct sigaction of an architecture with SA_RESTORER. */
struct linux_sigaction {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    linux_sigset mask;
};

/* siginfo_t. Which fields hold something depends on where the signal comes from. */
struct linux_siginfo {
    int32_t signal;
    int32_t error;
    int32_t code;
    int32_t reserved0;
    union {
        struct {
            union {
                int32_t process; /* the sender's, or the child's */
                int32_t timer;   /* its id */
            };
            union {
                uint32_t user;
                int32_t overrun;
            };
            union {
                uint64_t value;
                int32_t status; /* of a child */
            };
        };
        uintptr_t address; /* of a fault */
        int32_t rest[28];
    };
};
_Static_assert(sizeof(struct linux_siginfo) == 128, "SI_MAX_SIZE");

/* stack_t. */
struct linux_stack {
    uintptr_t start;
    int32_t flags;
    uint64_t size;
};

#define LINUX_SS_ONSTACK 1
#define LINUX_SS_DISABLE 2
#define LINUX_SS_AUTODISARM (-0x7fffffff - 1)
#define LINUX_MINSIGSTKSZ 2048 /* x86_64 and most others */
