#include <heap.h>
#include <string.h>

#include "mqueue_parts.h"

static struct mqueue *named;

struct mqueue *mqueue_find(const char *name)
{
    struct mqueue *queue = named;

    while (queue && strcmp(queue->name, name) != 0)
        queue = queue->next;
    return queue;
}

struct mqueue *mqueue_create(const char *name, size_t maximum, size_t size_maximum)
{
    size_t length = strlen(name) + 1;
    struct mqueue *queue = heap_alloc(sizeof(*queue) + length);

    if (!queue)
        return NULL;
    *queue = (struct mqueue){
        .next = named,
        .references = 2,
        .maximum = maximum,
        .size_maximum = size_maximum,
    };
    memcpy(queue->name, name, length);
    named = queue;
    return queue;
}

void mqueue_forget(struct mqueue *queue)
{
    struct mqueue **place = &named;

    while (*place != queue)
        place = &(*place)->next;
    *place = queue->next;
    mqueue_drop(queue);
}

void mqueue_drop(struct mqueue *queue)
{
    if (--queue->references)
        return;
    while (queue->count)
        heap_free(mqueue_take(queue));
    readiness_end(&queue->readiness);
    heap_free(queue);
}

void mqueue_put(struct mqueue *queue, struct mqueue_message *message)
{
    struct mqueue_message **place = &queue->highest, *level;

    while (*place && (*place)->priority > message->priority)
        place = &(*place)->below;
    level = *place;
    message->next = NULL;
    if (level && level->priority == message->priority) {
        level->last->next = message;
        level->last = message;
    } else {
        message->last = message;
        message->below = level;
        *place = message;
    }
    queue->count++;
}

struct mqueue_message *mqueue_take(struct mqueue *queue)
{
    struct mqueue_message *message = queue->highest, *second = message->next;

    if (second) {
        second->last = message->last;
        second->below = message->below;
    }
    queue->highest = second ? second : message->below;
    queue->count--;
    return message;
}
