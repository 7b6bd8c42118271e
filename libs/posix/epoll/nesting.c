/*
 * Epolls that watch epolls. Events go up from one to the next by recursion, so the rows are short and there
 * are no rings.
 */
#include "epoll_parts.h"

#include <errno.h>

#define MOST_NESTS 4 /* EP_MAX_NESTS in Linux's fs/eventpoll.c */

/* How many stand in a row below `epoll`; more than MOST_NESTS if `forbidden` is among them. */
static int below(const struct epoll *epoll, const struct epoll *forbidden, int depth)
{
    int most = 0;

    if (epoll == forbidden || depth > MOST_NESTS)
        return MOST_NESTS + 1;
    for (unsigned i = 0; i < epoll->bucket_count; i++)
        for (const struct epoll_item *item = epoll->buckets[i]; item != NULL; item = item->next) {
            const struct epoll *inner = epoll_of(item->file);
            int rows = inner != NULL ? 1 + below(inner, forbidden, depth + 1) : 0;

            if (rows > most)
                most = rows;
        }
    return most;
}

/* How many stand in a row above `epoll`: those that remember it. */
static int above(const struct epoll *epoll, int depth)
{
    int most = 0;

    if (depth > MOST_NESTS)
        return MOST_NESTS + 1;
    for (struct file_watch *watch = epoll->file.watches; watch != NULL; watch = watch->next) {
        int rows =
            watch->gone == epoll_gone ? 1 + above(EPOLL_ITEM_OF(file_watch, watch)->epoll, depth + 1) : 0;

        if (rows > most)
            most = rows;
    }
    return most;
}

int epoll_nest(const struct epoll *outer, const struct epoll *inner)
{
    return below(inner, outer, 0) + 1 + above(outer, 0) > MOST_NESTS ? -ELOOP : 0;
}
