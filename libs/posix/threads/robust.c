/*
 * Robust mutexes: a list in the application's memory tells which words to mark when their owner ends. Linux,
 * Documentation/locking/robust-futex-ABI.rst.
 */
#include "threads_parts.h"

#include <errno.h>

#define ROBUST_LIST_LIMIT 2048

/* In the pointer to an entry: a futex of those in priority_inheritance.c, which has been handed over already.
 */
#define PI ((uintptr_t)1)

struct robust_list_head {
    uintptr_t first; /* the entries' first words point to the next; the last points here */
    long offset;     /* from an entry to its futex word */
    uintptr_t pending;
};

long sys_set_robust_list(long head, long size);
long sys_get_robust_list(long id, long head, long size);

static void mark(uintptr_t entry, long offset, int id, bool pending)
{
    uint32_t *word = (uint32_t *)((entry & ~PI) + (uintptr_t)offset);
    uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

    if ((uintptr_t)word & 3)
        return;
    /* Unlocked, but nobody may have been woken: the owner ended between the two. */
    if (pending && !(old & FUTEX_TID_MASK)) {
        threads_futex_wake(word, 1, UINT32_MAX);
        return;
    }
    if ((old & FUTEX_TID_MASK) != (uint32_t)id)
        return;
    old = __atomic_exchange_n(word, (old & FUTEX_WAITERS) | FUTEX_OWNER_DIED, __ATOMIC_SEQ_CST);
    if (old & FUTEX_WAITERS)
        threads_futex_wake(word, 1, UINT32_MAX);
}

void threads_robust_end(const struct posix_thread *thread)
{
    const struct robust_list_head *head = thread->robust_list;
    unsigned count = 0;

    if (!head)
        return;
    for (uintptr_t entry = head->first, next; (entry & ~PI) != (uintptr_t)head; entry = next) {
        if (!(entry & ~PI) || ++count > ROBUST_LIST_LIMIT)
            break; /* broken; others are not left waiting for what comes behind */
        next = *(const uintptr_t *)(entry & ~PI);
        if (entry != head->pending)
            mark(entry, head->offset, thread->id, false);
    }
    if (head->pending & ~PI)
        mark(head->pending, head->offset, thread->id, true);
}

long sys_set_robust_list(long head, long size)
{
    if (size != sizeof(struct robust_list_head))
        return -EINVAL;
    threads_current()->robust_list = (void *)head;
    return 0;
}

long sys_get_robust_list(long id, long head, long size)
{
    struct posix_thread *thread = id ? threads_find((int)id) : threads_current();

    if (!thread)
        return -ESRCH;
    *(void **)head = thread->robust_list;
    *(size_t *)size = sizeof(struct robust_list_head);
    return 0;
}
