/*
 * What the parts of epoll share.
 *
 * An item stands for one watched file under one descriptor. It is in its epoll's hash table, in the list of
 * the file's readiness, in the file's list of those who remember it, and while something may have happened to
 * it, in the ready list. It holds no reference: when the file goes, so does the item.
 */
#pragma once

#include <fd_table.h>
#include <readiness.h>
#include <ring.h>

struct epoll {
    struct open_file file;
    struct readiness readiness; /* of the epoll itself: something is in the ready list */
    struct wait_queue waiters;  /* in epoll_wait() */
    struct ring *ready;
    struct epoll_item **buckets; /* by descriptor; NULL: no items yet */
    unsigned bucket_count;       /* a power of two */
    unsigned count;
};

struct epoll_item {
    struct readiness_watch watch;
    struct file_watch file_watch;
    struct ring ready; /* held: in the ready list, or looked at by epoll_wait() */
    struct epoll *epoll;
    struct open_file *file;
    struct readiness *readiness;
    struct epoll_item *next; /* in the bucket */
    uint64_t data;
    uint32_t asked; /* events and flags as the application gave them */
    int fd;
};

#define EPOLL_ITEM_OF(member, pointer)                                                                       \
    ((struct epoll_item *)((char *)(pointer)-offsetof(struct epoll_item, member)))

/* The epoll behind a descriptor, a reference counted; NULL and an error: -EBADF, -EINVAL. */
struct epoll *epoll_get(long fd, int *error);

/* The epoll that a file is; NULL if it is something else. */
struct epoll *epoll_of(struct open_file *file);

struct epoll_item *epoll_find(const struct epoll *epoll, int fd, const struct open_file *file);
/* 0, -ENOMEM. `item` has its epoll, file and fd. */
int epoll_add(struct epoll_item *item);
void epoll_remove(struct epoll_item *item); /* from everywhere, and frees it */

/* The item's `file_watch.gone`. */
void epoll_gone(struct file_watch *watch);

/* Which of the asked events hold now. */
unsigned epoll_check(struct epoll_item *item);

/* Puts an item into the ready list, and tells who waits; returns whether a thread was woken. */
bool epoll_mark(struct epoll_item *item);

/* Whether `inner` may be watched by `outer`: -ELOOP if they would watch each other in the end, or too many
 * would stand in a row. */
int epoll_nest(const struct epoll *outer, const struct epoll *inner);
