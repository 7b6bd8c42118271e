/* Who waits in a queue: on the stack of its thread, until it is woken. */
#pragma once

#include <sync.h>

struct waiter {
    struct ring ring;
    struct kthread *thread;
};

/* Takes out the first and wakes it; NULL if nobody waits. */
struct kthread *sync_queue_take(struct sync_queue *queue);
