// instead: ../action.c ../deliver.c ../mask.c ../send.c
/* Signals of one thread: masks, pending ones, handlers of both kinds, default actions. */
#include <assert.h>
#include <errno.h>
#include <linux_signal.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

long sys_kill(long process, long signal);
long sys_rt_sigaction(long signal, long action, long old, long set_size);
long sys_rt_sigpending(long set, long set_size);
long sys_rt_sigprocmask(long how, long set, long old, long set_size);
long sys_sigaltstack(long stack, long old);
long sys_tgkill(long process, long thread, long signal);
long sys_tkill(long thread, long signal);

enum { HUP = 1, ABRT = 6, USR1 = 10, SEGV = 11, USR2 = 12, TERM = 15 };

static jmp_buf ended;
static int status;

_Noreturn void platform_exit(int s)
{
    status = s;
    longjmp(ended, 1);
}

/* The status that `statement` ends the image with; -1 if it goes on. */
#define STATUS_OF(statement) (status = -1, setjmp(ended) ? (void)0 : (void)(statement), status)

static char trace[64]; /* what the handlers did, in order */

static void note(const char *text)
{
    strcat(trace, text);
}

static linux_sigset bit(int signal)
{
    return (linux_sigset)1 << (signal - 1);
}

static long act(int signal, void *handler, unsigned long flags, linux_sigset mask)
{
    struct linux_sigaction action = {.handler = (uintptr_t)handler, .flags = flags, .mask = mask};

    return sys_rt_sigaction(signal, (long)&action, 0, 8);
}

static long mask(int how, linux_sigset set)
{
    return sys_rt_sigprocmask(how, (long)&set, 0, 8);
}

static linux_sigset blocked(void)
{
    linux_sigset set;

    assert(sys_rt_sigprocmask(0, 0, (long)&set, 8) == 0);
    return set;
}

static linux_sigset pending(void)
{
    linux_sigset set;

    assert(sys_rt_sigpending((long)&set, 8) == 0);
    return set;
}

static void plain(int signal)
{
    char text[8];

    snprintf(text, sizeof text, "%d ", signal);
    note(text);
}

static void informed(int signal, struct linux_siginfo *info, void *context)
{
    assert(info->signal == signal && info->process == 1 && info->user == 0 && context != NULL);
    note("info ");
}

/* Sends itself what it is masked against, and another one that it is not. */
static void nested(int signal)
{
    static bool sent;

    note("[");
    assert(blocked() == (bit(USR1) | bit(TERM)));
    if (!sent) {
        sent = true;
        sys_tkill(1, signal);
    }
    sys_tkill(1, TERM);
    sys_tkill(1, USR2);
    note("]");
}

static void defaults(void)
{
    assert(STATUS_OF(sys_tkill(1, ABRT)) == 134);
    assert(STATUS_OF(sys_kill(1, TERM)) == 143);
    assert(STATUS_OF(sys_tgkill(1, 1, SEGV)) == 139);
    assert(STATUS_OF(sys_kill(0, LINUX_SIGKILL)) == 137);
    static const char *s; /* static: it must survive the longjmp */

    for (s = "\x11\x12\x13\x14\x15\x16\x17\x1c"; *s; s++) {
        assert(STATUS_OF(sys_tkill(1, *s)) == -1);
    }
    assert(pending() == 0);
}

static void handlers(void)
{
    assert(act(USR1, plain, 0, 0) == 0 && act(USR2, informed, LINUX_SA_SIGINFO, 0) == 0);
    assert(STATUS_OF(sys_tkill(1, USR1)) == -1 && STATUS_OF(sys_tkill(1, USR2)) == -1);
    assert(strcmp(trace, "10 info ") == 0);

    trace[0] = 0;
    assert(act(USR1, nested, 0, bit(TERM) | bit(LINUX_SIGKILL)) == 0 && act(TERM, plain, 0, 0) == 0);
    assert(act(USR2, plain, 0, 0) == 0 && mask(LINUX_SIG_SETMASK, 0) == 0);
    sys_tkill(1, USR1);
    /* Itself first, and TERM when nothing keeps it back. */
    assert(strcmp(trace, "[12 ][12 ]15 ") == 0 && blocked() == 0);
}

static void again(int signal)
{
    note("again ");
    if (strlen(trace) < 12) {
        sys_tkill(1, signal);
        note("back ");
    }
}

static void flags(void)
{
    trace[0] = 0;
    assert(act(USR1, again, LINUX_SA_NODEFER, 0) == 0);
    sys_tkill(1, USR1);
    assert(strcmp(trace, "again again back ") == 0);

    trace[0] = 0;
    assert(act(USR1, plain, LINUX_SA_RESETHAND, 0) == 0);
    assert(STATUS_OF(sys_tkill(1, USR1)) == -1 && STATUS_OF(sys_tkill(1, USR1)) == 138);
    assert(strcmp(trace, "10 ") == 0);
}

static void masks(void)
{
    trace[0] = 0;
    assert(act(HUP, plain, 0, 0) == 0 && act(USR2, plain, 0, 0) == 0);
    assert(mask(LINUX_SIG_BLOCK, ~(linux_sigset)0) == 0);
    assert(blocked() == ~(bit(LINUX_SIGKILL) | bit(LINUX_SIGSTOP)));
    sys_tkill(1, USR2);
    sys_tkill(1, HUP);
    sys_tkill(1, HUP);
    assert(trace[0] == 0 && pending() == (bit(HUP) | bit(USR2)));
    assert(mask(LINUX_SIG_UNBLOCK, bit(USR2)) == 0 && strcmp(trace, "12 ") == 0);
    assert(mask(LINUX_SIG_SETMASK, 0) == 0 && strcmp(trace, "12 1 ") == 0 && pending() == 0);

    /* Ignoring a pending signal forgets it. */
    assert(mask(LINUX_SIG_BLOCK, bit(HUP)) == 0);
    sys_tkill(1, HUP);
    assert(act(HUP, (void *)LINUX_SIG_IGN, 0, 0) == 0 && pending() == 0);
    sys_tkill(1, HUP);
    assert(pending() == 0 && mask(LINUX_SIG_SETMASK, 0) == 0);
}

static void refuses(void)
{
    struct linux_sigaction old;
    struct linux_stack stack = {.start = 4096, .size = 8192};
    struct linux_stack before;

    assert(act(0, plain, 0, 0) == -EINVAL && act(65, plain, 0, 0) == -EINVAL && act(64, plain, 0, 0) == 0);
    assert(act(LINUX_SIGKILL, plain, 0, 0) == -EINVAL && act(LINUX_SIGSTOP, plain, 0, 0) == -EINVAL);
    assert(sys_rt_sigaction(LINUX_SIGKILL, 0, (long)&old, 8) == 0 && old.handler == LINUX_SIG_DFL);
    assert(sys_rt_sigaction(USR1, 0, 0, 16) == -EINVAL);
    assert(mask(3, 0) == -EINVAL && sys_rt_sigprocmask(0, 0, 0, 4) == -EINVAL);
    assert(sys_rt_sigpending(0, 4) == -EINVAL);
    assert(sys_tkill(2, USR1) == -ESRCH && sys_tkill(0, USR1) == -EINVAL && sys_tkill(1, 65) == -EINVAL);
    assert(sys_kill(2, USR1) == -ESRCH && sys_kill(-1, USR1) == -ESRCH && sys_kill(1, 0) == 0);
    assert(sys_tgkill(1, 2, USR1) == -ESRCH && sys_tgkill(0, 1, USR1) == -EINVAL);
    assert(sys_sigaltstack((long)&stack, (long)&before) == 0 && before.flags == LINUX_SS_DISABLE);
    assert(sys_sigaltstack(0, (long)&before) == 0 && before.start == 4096 && before.size == 8192);
}

int main(void)
{
    defaults();
    handlers();
    flags();
    masks();
    refuses();
    puts("signals: ok");
    return 0;
}
