/* Signals that the program sends to itself: what they carry, in which order they come, and waiting for them.
 */
#include "cases.h"

#include <errno.h>
#include <stdint.h>
#include <time.h>

static int order[16], count;
static siginfo_t got;
static sigset_t mask_inside;

static void note(int signal, siginfo_t *info, void *context)
{
    (void)context;
    order[count++ % 16] = signal;
    got = *info;
    sigprocmask(SIG_BLOCK, NULL, &mask_inside);
}

static sigset_t set_of(int signal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

void carried(void)
{
    union sigval value = {.sival_int = 77};

    count = 0;
    handle(SIGUSR1, note, 0);
    EXPECT(kill(getpid(), SIGUSR1) == 0 && count == 1);
    EXPECT(got.si_code == SI_USER && got.si_pid == getpid() && got.si_uid == getuid());
    EXPECT(raise(SIGUSR1) == 0 && count == 2 && got.si_code == SI_TKILL && got.si_pid == getpid());
    EXPECT(sigqueue(getpid(), SIGUSR1, value) == 0 && count == 3);
    EXPECT(got.si_code == SI_QUEUE && got.si_value.sival_int == 77 && got.si_pid == getpid());
    EXPECT(kill(getpid(), 0) == 0 && kill(4711, SIGUSR1) == -1 && errno == ESRCH);
    EXPECT(kill(getpid(), 65) == -1 && errno == EINVAL && kill(0, SIGUSR1) == 0 && count == 4);
}

void queued_in_order(void)
{
    sigset_t all, before;
    const int expected[] = {SIGUSR1, SIGRTMIN, SIGRTMIN, SIGRTMIN + 3, SIGRTMIN + 3};

    count = 0;
    sigfillset(&all);
    for (int signal = SIGRTMIN; signal < SIGRTMIN + 4; signal++) {
        struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO, .sa_mask = all};
        EXPECT(sigaction(signal, &action, NULL) == 0 && sigaction(SIGUSR1, &action, NULL) == 0);
    }
    EXPECT(sigprocmask(SIG_SETMASK, &all, &before) == 0);
    for (int i = 0; i < 2; i++) {
        EXPECT(sigqueue(getpid(), SIGRTMIN + 3, (union sigval){.sival_int = i}) == 0);
        EXPECT(sigqueue(getpid(), SIGRTMIN, (union sigval){.sival_int = i}) == 0);
        EXPECT(kill(getpid(), SIGUSR1) == 0);
    }
    EXPECT(sigpending(&all) == 0 && sigismember(&all, SIGUSR1) && sigismember(&all, SIGRTMIN));
    EXPECT(sigismember(&all, SIGRTMIN + 3) && !sigismember(&all, SIGRTMIN + 1) && count == 0);
    EXPECT(sigprocmask(SIG_SETMASK, &before, NULL) == 0);
    EXPECT(count == 5 && memcmp(order, expected, sizeof expected) == 0 && got.si_value.sival_int == 1);
}

void masks_of_handlers(void)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};
    sigset_t now;

    count = 0;
    sigaddset(&action.sa_mask, SIGHUP);
    EXPECT(sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0);
    EXPECT(sigismember(&mask_inside, SIGUSR1) && sigismember(&mask_inside, SIGHUP));
    EXPECT(!sigismember(&mask_inside, SIGTERM));
    action.sa_flags |= SA_NODEFER | SA_RESETHAND;
    EXPECT(sigaction(SIGUSR1, &action, NULL) == 0 && raise(SIGUSR1) == 0);
    EXPECT(!sigismember(&mask_inside, SIGUSR1) && sigismember(&mask_inside, SIGHUP));
    EXPECT(sigaction(SIGUSR1, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
    EXPECT(sigprocmask(SIG_BLOCK, NULL, &now) == 0 && !sigismember(&now, SIGHUP));
}

void suspended(void)
{
    sigset_t usr1 = set_of(SIGUSR1), none, now;

    count = 0;
    sigemptyset(&none);
    handle(SIGUSR1, note, SA_RESTART);
    EXPECT(sigprocmask(SIG_BLOCK, &usr1, NULL) == 0 && raise(SIGUSR1) == 0 && count == 0);
    EXPECT(sigsuspend(&none) == -1 && errno == EINTR && count == 1);
    EXPECT(sigprocmask(SIG_BLOCK, NULL, &now) == 0 && sigismember(&now, SIGUSR1));
    EXPECT(!sigismember(&mask_inside, SIGTERM) && sigismember(&mask_inside, SIGUSR1));
}

void waited_for(void)
{
    sigset_t set = set_of(SIGUSR1);
    struct timespec none = {0, 0}, little = {0, 3000000}, before, after;
    siginfo_t info;

    count = 0;
    sigaddset(&set, SIGRTMIN + 1);
    EXPECT(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
    EXPECT(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
    clock_gettime(CLOCK_MONOTONIC, &before);
    EXPECT(sigtimedwait(&set, &info, &little) == -1 && errno == EAGAIN);
    clock_gettime(CLOCK_MONOTONIC, &after);
    EXPECT((after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec - before.tv_nsec >= 3000000);
    EXPECT(sigqueue(getpid(), SIGRTMIN + 1, (union sigval){.sival_int = 5}) == 0 && raise(SIGUSR1) == 0);
    EXPECT(sigwaitinfo(&set, &info) == SIGUSR1 && info.si_code == SI_TKILL);
    EXPECT(sigwaitinfo(&set, &info) == SIGRTMIN + 1 && info.si_code == SI_QUEUE &&
           info.si_value.sival_int == 5);
    EXPECT(sigtimedwait(&set, &info, &none) == -1 && errno == EAGAIN);
}

void ignored(void)
{
    sigset_t usr1 = set_of(SIGUSR1), pending;

    count = 0;
    signal(SIGUSR1, SIG_IGN);
    EXPECT(raise(SIGUSR1) == 0 && raise(SIGCHLD) == 0 && raise(SIGWINCH) == 0 && raise(SIGCONT) == 0);
    EXPECT(raise(SIGTSTP) == 0); /* nobody could continue it */
    handle(SIGUSR1, note, 0);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_IGN);
    EXPECT(sigpending(&pending) == 0 && !sigismember(&pending, SIGUSR1));
    sigprocmask(SIG_UNBLOCK, &usr1, NULL);
    EXPECT(count == 0);
}

void ends_by_term(void)
{
    kill(getpid(), SIGTERM);
}

void ends_by_abort(void)
{
    abort();
}

void ends_by_blocked_fault(void)
{
    sigset_t segv = set_of(SIGSEGV);

    handle(SIGSEGV, note, 0);
    sigprocmask(SIG_BLOCK, &segv, NULL);
    *(volatile int *)(uintptr_t)count = 1;
}

void ends_by_ignored_fault(void)
{
    signal(SIGFPE, SIG_IGN);
    __asm__ volatile("cltd\n\tidivl %0" : : "r"(0), "a"(1) : "rdx", "cc");
}
