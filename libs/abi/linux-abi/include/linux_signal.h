/* Signals: Linux's include/uapi/asm-generic/signal.h, signal-defs.h and siginfo.h. */
#pragma once

#include <stdint.h>

#define LINUX_SIGNALS 64 /* numbers 1 to 64 */

#define LINUX_SIGKILL 9
#define LINUX_SIGCHLD 17
#define LINUX_SIGCONT 18
#define LINUX_SIGSTOP 19
#define LINUX_SIGTSTP 20
#define LINUX_SIGTTIN 21
#define LINUX_SIGTTOU 22
#define LINUX_SIGURG 23
#define LINUX_SIGWINCH 28

#define LINUX_SIG_DFL 0
#define LINUX_SIG_IGN 1

#define LINUX_SIG_BLOCK 0
#define LINUX_SIG_UNBLOCK 1
#define LINUX_SIG_SETMASK 2

#define LINUX_SA_SIGINFO 0x00000004ul
#define LINUX_SA_NODEFER 0x40000000ul
#define LINUX_SA_RESETHAND 0x80000000ul

#define LINUX_SI_USER 0
#define LINUX_SI_TKILL (-6)

/* One bit a signal, signal n at bit n - 1. */
typedef uint64_t linux_sigset;

/* struct sigaction of an architecture with SA_RESTORER. */
struct linux_sigaction {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    linux_sigset mask;
};

/* siginfo_t, as far as a signal that a process has sent fills it. */
struct linux_siginfo {
    int32_t signal;
    int32_t error;
    int32_t code;
    int32_t reserved0;
    int32_t process;
    uint32_t user;
    int32_t rest[26];
};
_Static_assert(sizeof(struct linux_siginfo) == 128, "SI_MAX_SIZE");

/* stack_t. */
struct linux_stack {
    uintptr_t start;
    int32_t flags;
    uint64_t size;
};

#define LINUX_SS_DISABLE 2
