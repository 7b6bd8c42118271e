/*
 * Events that wait to be read.
 */
#include "inotify_parts.h"

#include <heap.h>
#include <string.h>

/* A name is filled up with NULs, one at least: inotify(7). */
static uint32_t length_of(const char *name)
{
    const size_t unit = sizeof(struct linux_inotify_event);

    return name != NULL ? (uint32_t)((strlen(name) + unit) / unit * unit) : 0;
}

/* What happens several times in a row is told once. */
static bool is_last(const struct inotify *inotify, int32_t watch, uint32_t mask, const char *name)
{
    const struct inotify_event *last = inotify->last;

    return last != NULL && last->watch == watch && last->mask == mask && !(mask & LINUX_IN_IGNORED) &&
           last->length == length_of(name) && (name == NULL || strcmp(inotify_name_of(last), name) == 0);
}

static void append(struct inotify *inotify, struct inotify_event *event)
{
    if (inotify->last != NULL)
        inotify->last->next = event;
    else
        inotify->first = event;
    inotify->last = event;
    inotify->count++;
    inotify->bytes += sizeof(struct linux_inotify_event) + event->length;
    readiness_notify(&inotify->readiness, READINESS_READABLE);
}

void inotify_queue(struct inotify *inotify, int32_t watch, uint32_t mask, uint32_t cookie, const char *name)
{
    uint32_t length = length_of(name);
    struct inotify_event *event = NULL;

    if (is_last(inotify, watch, mask, name))
        return;
    if (inotify->count < INOTIFY_EVENTS)
        event = heap_alloc(sizeof(*event) + length);
    if (event == NULL) {
        if (!inotify->overflowed) {
            inotify->overflowed = true;
            inotify->overflow = (struct inotify_event){.watch = -1, .mask = LINUX_IN_Q_OVERFLOW};
            append(inotify, &inotify->overflow);
        }
        return;
    }
    *event = (struct inotify_event){.watch = watch, .mask = mask, .cookie = cookie, .length = length};
    if (length != 0) {
        memset(inotify_name_of(event), 0, length);
        memcpy(inotify_name_of(event), name, strlen(name));
    }
    append(inotify, event);
}

void inotify_drop_event(struct inotify *inotify)
{
    struct inotify_event *event = inotify->first;

    inotify->first = event->next;
    if (inotify->first == NULL)
        inotify->last = NULL;
    inotify->count--;
    inotify->bytes -= sizeof(struct linux_inotify_event) + event->length;
    if (event == &inotify->overflow)
        inotify->overflowed = false;
    else
        heap_free(event);
}
