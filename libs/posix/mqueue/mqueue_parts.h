/*
 * What the parts of this library know of each other: a queue, its messages, and the files through which it is
 * used. Callers hold the guard, where there is one.
 */
#pragma once

#include <fd_table.h>
#include <readiness.h>
#include <stddef.h>
#include <stdint.h>
#include <wait_queue.h>

/*
 * A message. Those of one priority form a level, in the order in which they came; the first of a level knows
 * the others' end and the next lower level.
 */
struct mqueue_message {
    struct mqueue_message *next;  /* of the same priority */
    struct mqueue_message *last;  /* of a level's first only */
    struct mqueue_message *below; /* of a level's first only */
    unsigned priority;
    size_t size;
    char bytes[];
};

struct mqueue {
    struct mqueue *next;   /* of those with names */
    unsigned references;   /* its name, if it has one, and open files */
    size_t count, maximum; /* messages */
    size_t size_maximum;   /* bytes a message */
    struct mqueue_message *highest;
    struct wait_queue receivers, senders;
    struct readiness readiness;
    const struct mqueue_file *told; /* whose user is told of the next message; NULL: nobody */
    int signal;                     /* by which signal; 0: by none */
    uint64_t value;                 /* that comes with it */
    char name[];
};

struct mqueue_file {
    struct open_file file;
    struct mqueue *queue;
};

/* mq_attr of Linux's include/uapi/linux/mqueue.h. */
struct mqueue_attributes {
    int64_t flags; /* LINUX_O_NONBLOCK or 0 */
    int64_t maximum;
    int64_t size_maximum;
    int64_t count;
    int64_t reserved[4];
};

/* queue.c: the names, and what a queue holds. mqueue_create() gives it its name, and the caller a reference.
 */
struct mqueue *mqueue_find(const char *name);
struct mqueue *mqueue_create(const char *name, size_t maximum, size_t size_maximum); /* NULL: no memory */
void mqueue_forget(struct mqueue *queue); /* it has no name any more */
void mqueue_drop(struct mqueue *queue);   /* a reference */
void mqueue_put(struct mqueue *queue, struct mqueue_message *message);
struct mqueue_message *mqueue_take(struct mqueue *queue); /* the oldest of the highest priority; not empty */

/* notify.c: a message has come to the empty queue, and nobody waits for it. */
void mqueue_tell(struct mqueue *queue);

/* open.c: the queue's file that a descriptor refers to, with a reference counted; NULL: it refers to none. */
struct mqueue_file *mqueue_file_get(long fd);
