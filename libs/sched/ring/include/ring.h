/*
 * Rings: lists that are known by their last member, whose `next` is the first. A ring without members is
 * NULL.
 *
 * A member's `next` is NULL while it is in no ring.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct ring {
    struct ring *next, *previous;
};

static inline struct ring *ring_first(struct ring *last)
{
    return last ? last->next : NULL;
}

/* The member after `member`, which is in the ring; NULL after the last. */
static inline struct ring *ring_after(struct ring *last, struct ring *member)
{
    return member == last ? NULL : member->next;
}

static inline bool ring_held(const struct ring *member)
{
    return member->next != NULL;
}

/* Puts a new member behind `before`, or first if that is NULL. */
static inline void ring_insert(struct ring **last, struct ring *before, struct ring *member)
{
    if (!*last) {
        *last = member->next = member->previous = member;
        return;
    }
    member->previous = before ? before : *last;
    member->next = member->previous->next;
    member->previous->next = member->next->previous = member;
    if (before == *last)
        *last = member;
}

static inline void ring_append(struct ring **last, struct ring *member)
{
    ring_insert(last, *last, member);
}

static inline void ring_remove(struct ring **last, struct ring *member)
{
    member->previous->next = member->next;
    member->next->previous = member->previous;
    if (*last == member)
        *last = member->next == member ? NULL : member->previous;
    member->next = member->previous = NULL;
}
