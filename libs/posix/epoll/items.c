#include "epoll_parts.h"

#include <errno.h>
#include <heap.h>
#include <linux_poll.h>
#include <string.h>

#define FIRST_BUCKETS 16

static struct epoll_item **bucket(const struct epoll *epoll, int fd)
{
    return &epoll->buckets[(unsigned)fd & (epoll->bucket_count - 1)];
}

struct epoll_item *epoll_find(const struct epoll *epoll, int fd, const struct open_file *file)
{
    if (epoll->buckets == NULL)
        return NULL;
    for (struct epoll_item *item = *bucket(epoll, fd); item != NULL; item = item->next)
        if (item->fd == fd && item->file == file)
            return item;
    return NULL;
}

/* Descriptors are small numbers, so there is hardly ever more than one item in a bucket. */
static int grow(struct epoll *epoll)
{
    struct epoll old = *epoll;
    unsigned count = old.bucket_count != 0 ? 2 * old.bucket_count : FIRST_BUCKETS;
    struct epoll_item **buckets = heap_alloc(count * sizeof(struct epoll_item *));

    if (buckets == NULL)
        return -ENOMEM;
    memset(buckets, 0, count * sizeof(struct epoll_item *));
    epoll->buckets = buckets;
    epoll->bucket_count = count;
    for (unsigned i = 0; i < old.bucket_count; i++) {
        struct epoll_item *next;

        for (struct epoll_item *item = old.buckets[i]; item != NULL; item = next) {
            struct epoll_item **place = bucket(epoll, item->fd);

            next = item->next;
            item->next = *place;
            *place = item;
        }
    }
    heap_free(old.buckets);
    return 0;
}

bool epoll_mark(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    bool woken;

    if (!ring_held(&item->ready))
        ring_append(&epoll->ready, &item->ready);
    woken = wait_wake(&epoll->waiters, 1) != 0;
    readiness_notify(&epoll->readiness, READINESS_IN);
    return woken;
}

static bool happened(struct readiness_watch *watch, unsigned events)
{
    (void)events;
    return epoll_mark(EPOLL_ITEM_OF(watch, watch));
}

void epoll_gone(struct file_watch *watch)
{
    struct epoll_item *item = EPOLL_ITEM_OF(file_watch, watch);

    fd_watch(item->file, watch); /* epoll_remove() takes it out */
    epoll_remove(item);
}

int epoll_add(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    struct epoll_item **place;

    if (epoll->count >= epoll->bucket_count && grow(epoll) != 0 && epoll->buckets == NULL)
        return -ENOMEM; /* with more items than buckets it would only be slower */
    item->watch = (struct readiness_watch){
        .notify = happened,
        .events = item->asked,
        .exclusive = item->asked & LINUX_EPOLLEXCLUSIVE,
    };
    item->file_watch.gone = epoll_gone;
    fd_watch(item->file, &item->file_watch);
    item->file->ops->poll(item->file, &item->readiness);
    readiness_add(item->readiness, &item->watch);
    place = bucket(epoll, item->fd);
    item->next = *place;
    *place = item;
    epoll->count++;
    return 0;
}

void epoll_remove(struct epoll_item *item)
{
    struct epoll *epoll = item->epoll;
    struct epoll_item **place = bucket(epoll, item->fd);

    while (*place != item)
        place = &(*place)->next;
    *place = item->next;
    epoll->count--;
    if (ring_held(&item->watch.ring))
        readiness_remove(item->readiness, &item->watch);
    fd_unwatch(&item->file_watch);
    if (ring_held(&item->ready))
        ring_remove(&epoll->ready, &item->ready);
    heap_free(item);
}

unsigned epoll_check(struct epoll_item *item)
{
    struct readiness *readiness;

    return item->file->ops->poll(item->file, &readiness) & item->watch.events;
}
