// instead: ../action.c ../alternate.c ../deliver.c ../end.c ../mask.c
// instead: ../mark.c ../one.c ../queue.c ../send.c ../watch.c ../one_process.c
// sources: ../../../machine/signal-context-x86_64/context.c
// sources: ../../../machine/signal-context-x86_64/switch.S
/* Signals of one thread: masks, pending ones, handlers of both kinds, default actions. */
#include <assert.h>
#include <errno.h>
#include <linux_signal.h>
#include <setjmp.h>
#include <signals.h>
#include <signals_owners.h>
#include <stdarg.h>
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
long sys_rt_sigqueueinfo(long process, long signal, long info);
long sys_rt_tgsigqueueinfo(long process, long thread, long signal, long info);

void panic_begin(void);
void panic_print(const char *text, ...);
void panic_backtrace(uintptr_t pc, uintptr_t frame);

enum { HUP = 1, ABRT = 6, USR1 = 10, SEGV = 11, USR2 = 12, TERM = 15 };

static jmp_buf ended;
static int status;

_Noreturn void platform_exit(int s)
{
    status = s;
    longjmp(ended, 1);
}

static char report[256];

void panic_print(const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    vsnprintf(report, sizeof report, text, arguments);
    va_end(arguments);
}

void panic_backtrace(uintptr_t pc, uintptr_t frame)
{
    assert(pc && frame);
    strcat(report, "at\n");
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
    assert(info->code == LINUX_SI_TKILL);
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
    assert(strcmp(report, "panic: ended by signal 6 (SIGABRT)\nat\n") == 0);
    assert(STATUS_OF(sys_kill(1, TERM)) == 143);
    assert(strcmp(report, "ended by signal 15 (SIGTERM)\n") == 0);
    assert(STATUS_OF(sys_kill(1, 40)) == 168);
    assert(strcmp(report, "ended by signal 40 (SIGRT)\n") == 0);
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
    /* While it is blocked, though, it may come to be handled in another way. */
    assert(pending() == bit(HUP) && STATUS_OF(mask(LINUX_SIG_SETMASK, 0)) == -1 && pending() == 0);
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
    assert(sys_kill(2, USR1) == -ESRCH && sys_kill(-2, USR1) == -ESRCH && sys_kill(-1, 0) == 0);
    assert(sys_tgkill(1, 2, USR1) == -ESRCH && sys_tgkill(0, 1, USR1) == -EINVAL);
    assert(sys_sigaltstack((long)&stack, (long)&before) == 0 && before.flags == LINUX_SS_DISABLE);
    assert(sys_sigaltstack(0, (long)&before) == 0 && before.start == 4096 && before.size == 8192);
    stack.size = LINUX_MINSIGSTKSZ - 1;
    assert(sys_sigaltstack((long)&stack, 0) == -ENOMEM);
    stack.flags = 8;
    assert(sys_sigaltstack((long)&stack, 0) == -EINVAL);
    stack.flags = LINUX_SS_DISABLE;
    assert(sys_sigaltstack((long)&stack, 0) == 0 && sys_sigaltstack(0, (long)&before) == 0);
    assert(before.flags == LINUX_SS_DISABLE);
    assert(sys_rt_sigqueueinfo(2, USR1, (long)&(struct linux_siginfo){0}) == -ESRCH);
    assert(sys_rt_tgsigqueueinfo(1, 1, 65, (long)&(struct linux_siginfo){0}) == -EINVAL);
}

static long queue(int signal, unsigned value)
{
    struct linux_siginfo info = {.code = LINUX_SI_QUEUE, .process = 1, .value = value};

    return sys_rt_sigqueueinfo(1, signal, (long)&info);
}

static void valued(int signal, struct linux_siginfo *info, void *context)
{
    char text[32];

    (void)context;
    assert(info->signal == signal && info->code == LINUX_SI_QUEUE);
    snprintf(text, sizeof text, "%d:%d ", signal, (int)info->value);
    note(text);
}

/* Lowest number first, and those of one number in the order in which they came; ordinary ones once. */
static void queued(void)
{
    trace[0] = 0;
    for (int signal = 34; signal < 38; signal++)
        assert(act(signal, valued, LINUX_SA_SIGINFO, ~(linux_sigset)0) == 0);
    assert(act(USR1, valued, LINUX_SA_SIGINFO, ~(linux_sigset)0) == 0);
    assert(mask(LINUX_SIG_SETMASK, ~(linux_sigset)0) == 0);
    assert(queue(36, 1) == 0 && queue(34, 2) == 0 && queue(36, 3) == 0 && queue(USR1, 4) == 0);
    assert(queue(USR1, 5) == 0 && queue(34, 6) == 0);
    assert(pending() == (bit(34) | bit(36) | bit(USR1)));
    assert(mask(LINUX_SIG_SETMASK, 0) == 0 && pending() == 0);
    assert(strcmp(trace, "10:4 34:2 34:6 36:1 36:3 ") == 0);
}

/* What does not fit is refused, and what fits comes out in order. Ordinary signals come even then. */
static void full(void) /* 128: the default */
{
    struct linux_siginfo info;
    int count = 0;

    assert(mask(LINUX_SIG_SETMASK, ~(linux_sigset)0) == 0);
    while (queue(40, (unsigned)count) == 0)
        count++;
    assert(count == 128 && queue(40, 0) == -EAGAIN);
    assert(sys_kill(1, HUP) == 0 && sys_kill(1, 41) == 0 && pending() == (bit(HUP) | bit(40) | bit(41)));
    assert(signals_take(bit(HUP), &info) == HUP && info.code == LINUX_SI_USER);
    for (int i = 0; i < count; i++)
        assert(signals_take(bit(40) | bit(41), &info) == 40 && (int)info.value == i &&
               info.code == LINUX_SI_QUEUE);
    assert(signals_take(bit(40), &info) == 0 && signals_take(bit(41), &info) == 41);
    assert(queue(40, 1) == 0 && act(40, (void *)LINUX_SIG_IGN, 0, 0) == 0 && pending() == 0);
    assert(mask(LINUX_SIG_SETMASK, 0) == 0);
}

static int taken;

static void is_taken(struct signal_entry *entry)
{
    taken++;
    entry->user = 17;
}

static int watched;

static void watch(struct signals_watcher *watcher, int signal)
{
    (void)watcher;
    watched = signal;
}

/* A timer's signal waits in its own memory, once; a watcher hears of it. */
static void entries(void)
{
    struct signal_entry entry = {.taken = is_taken};
    struct linux_siginfo timer = {.signal = 42, .code = LINUX_SI_TIMER, .timer = 3, .value = 99}, info;
    struct signals_watcher watcher = {.notify = watch};

    signals_watch(&watcher);
    assert(mask(LINUX_SIG_SETMASK, ~(linux_sigset)0) == 0);
    assert(signals_send_entry(&entry, 0, &timer) && !signals_send_entry(&entry, 0, &timer) && watched == 42);
    assert(signals_pending_of(bit(42) | bit(43)) == bit(42));
    assert(signals_take(~(linux_sigset)0, &info) == 42 && taken == 1 && info.code == LINUX_SI_TIMER);
    assert(info.timer == 3 && info.overrun == 17 && info.value == 99 && !entry.signal);
    assert(signals_send_entry(&entry, 1, &timer) && queue(42, 5) == 0);
    signals_entry_drop(&entry);
    assert(!entry.signal && pending() == bit(42) && signals_take(bit(42), &info) == 42 && info.value == 5);
    signals_unwatch(&watcher);
    watched = 0;
    assert(signals_send_entry(&entry, 1, &timer) && watched == 0);
    signals_entry_drop(&entry);
    assert(pending() == 0 && mask(LINUX_SIG_SETMASK, 0) == 0);
}

static void sees_mask(int signal)
{
    note(blocked() == (bit(signal) | bit(HUP)) ? "other " : "wrong ");
}

/* What ppoll() does: another mask until the handlers have been called, and its own one again. */
static void other_mask(void)
{
    trace[0] = 0;
    assert(act(USR1, sees_mask, 0, 0) == 0 && mask(LINUX_SIG_SETMASK, bit(USR1)) == 0);
    sys_tkill(1, USR1);
    signals_mask_begin(bit(HUP));
    signals_mask_end(-EINTR);
    assert(strcmp(trace, "other ") == 0 && blocked() == bit(USR1));
    signals_mask_begin(0);
    signals_mask_end(0);
    assert(blocked() == bit(USR1) && mask(LINUX_SIG_SETMASK, 0) == 0);
}

/* A call begins again only if every handler agrees. */
static void restarts(void)
{
    assert(act(USR1, plain, LINUX_SA_RESTART, 0) == 0 && act(USR2, plain, 0, 0) == 0);
    trace[0] = 0;
    assert(signals_restart());
    for (int both = 0; both < 2; both++) {
        signals_mask_begin(~(linux_sigset)0);
        sys_tkill(1, USR1);
        if (both)
            sys_tkill(1, USR2);
        signals_mask_begin(0);
        assert(signals_restart() == !both);
    }
    assert(strcmp(trace, "10 10 12 ") == 0 && mask(LINUX_SIG_SETMASK, 0) == 0);
}

static char memory[8192] __attribute__((aligned(16)));

static void on_memory(int signal)
{
    struct linux_stack now, other = {.start = 4096, .size = 8192};
    const char *here = __builtin_frame_address(0); /* the sanitizer keeps variables elsewhere */

    (void)signal;
    note(here >= memory && here < memory + sizeof memory ? "there " : "here ");
    assert(sys_sigaltstack(0, (long)&now) == 0);
    note(now.flags == LINUX_SS_ONSTACK ? "on " : now.flags == LINUX_SS_DISABLE ? "disarmed " : "off ");
    if (now.flags == LINUX_SS_ONSTACK)
        assert(sys_sigaltstack((long)&other, 0) == -EPERM);
}

static void alternate(void)
{
    struct linux_stack stack = {.start = (uintptr_t)memory, .size = sizeof memory}, now;

    assert(sys_sigaltstack((long)&stack, 0) == 0 && act(USR1, on_memory, LINUX_SA_ONSTACK, 0) == 0);
    assert(act(USR2, on_memory, 0, 0) == 0);
    trace[0] = 0;
    sys_tkill(1, USR1);
    sys_tkill(1, USR2);
    assert(strcmp(trace, "there on here off ") == 0);
    stack.flags = LINUX_SS_AUTODISARM;
    assert(sys_sigaltstack((long)&stack, 0) == 0);
    trace[0] = 0;
    sys_tkill(1, USR1);
    assert(strcmp(trace, "there disarmed ") == 0);
    assert(sys_sigaltstack(0, (long)&now) == 0 && now.start == (uintptr_t)memory &&
           now.size == sizeof memory);
    assert(now.flags == LINUX_SS_AUTODISARM);
}

int main(void)
{
    defaults();
    handlers();
    flags();
    masks();
    queued();
    full();
    entries();
    other_mask();
    restarts();
    refuses();
    alternate();
    puts("signals: ok");
    return 0;
}
