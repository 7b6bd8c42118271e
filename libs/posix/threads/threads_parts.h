/* What the parts of this library ask of each other. */
#pragma once

#include <posix_thread.h>
#include <stdbool.h>
#include <stdint.h>

/* Futex words that name their owner: Linux's include/uapi/linux/futex.h. */
#define FUTEX_WAITERS UINT32_C(0x80000000)
#define FUTEX_OWNER_DIED UINT32_C(0x40000000)
#define FUTEX_TID_MASK UINT32_C(0x3fffffff)

/* identity.c: the set of all threads. threads_add() gives the thread an id that nobody has. */
void threads_add(struct posix_thread *thread, int id);
void threads_remove(struct posix_thread *thread);
unsigned threads_alive(void);

/* end.c: the calling thread, which nobody knows any more, runs no more. */
_Noreturn void threads_leave(void);

/* policy.c: rank and slices for the thread's policy and priority, in the form that the scheduler knows. */
unsigned threads_rank(const struct posix_thread *thread);
bool threads_sliced(const struct posix_thread *thread);

/*
 * priority_inheritance.c, if the option asks for it: futexes whose owners run at the rank of who waits for
 * them. threads_rank_again() after a thread's own policy or priority has changed; threads_pi_end() when a
 * thread ends.
 */
void threads_rank_again(struct posix_thread *thread, bool policy_changed);
long threads_pi_lock(uint32_t *word, uint64_t deadline, bool only_try);
long threads_pi_unlock(uint32_t *word);
void threads_pi_end(const struct posix_thread *thread);

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
