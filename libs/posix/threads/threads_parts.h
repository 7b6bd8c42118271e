/* What the parts of this library ask of each other. */
#pragma once

#include <posix_thread.h>
#include <stdbool.h>
#include <stdint.h>

/* identity.c: the set of all threads. threads_add() gives the thread an id that nobody has. */
void threads_add(struct posix_thread *thread, int id);
void threads_remove(struct posix_thread *thread);
unsigned threads_alive(void);

/* end.c: the calling thread, which nobody knows any more, runs no more. */
_Noreturn void threads_leave(void);

/* policy.c: rank and slices for the thread's policy and priority, in the form that the scheduler knows. */
unsigned threads_rank(const struct posix_thread *thread);
bool threads_sliced(const struct posix_thread *thread);

/* futex.c: wakes at most `count` of those who wait for `word`; returns how many. */
long threads_futex_wake(const uint32_t *word, unsigned count, uint32_t bits);

/* futex_time.c: when a wait ends, by clock_monotonic(); 0 or -EINVAL. */
struct linux_timespec;
int threads_futex_deadline(const struct linux_timespec *timeout, bool absolute, bool realtime,
                           uint64_t *deadline);

/* account.c, if an option asks for it: before a thread is started, and when the application ends. */
void threads_account_start(void);
void threads_account_end(void);

/* robust.c: marks the mutexes that the thread, which ends, has not unlocked, and wakes who waits for them. */
void threads_robust_end(const struct posix_thread *thread);
