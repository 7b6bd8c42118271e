#include <clock.h>
#include <config.h>
#include <errno.h>
#include <log.h>
#include <share_channel.h>

#define SECOND UINT64_C(1000000000) /* ns */

void share_finish(struct share_request *request, int result, uint32_t received)
{
    request->finished = true;
    request->result = result;
    request->received = received;
    wait_wake(&request->waiters, WAIT_ALL);
    /* Last, as the request may be gone then. */
    if (request->done)
        request->done(request);
}

void share_submit(struct share_channel *channel, struct share_request *request)
{
    request->finished = false;
    request->waiters = (struct wait_queue){0};
    if (channel->gone)
        share_finish(request, -EIO, 0);
    else
        channel->operations->submit(channel, request);
}

void share_give_up(struct share_channel *channel, const char *why)
{
    if (channel->gone)
        return;
    channel->gone = true;
    log_write(LOG_ERROR, "share %s: its server is given up: %s", channel->tag, why);
    channel->operations->give_up(channel, why);
}

static void wait_for(struct share_channel *channel, struct wait_queue *queue, uint64_t deadline)
{
    if (wait_until(queue, deadline, false) == -ETIMEDOUT)
        share_give_up(channel, "it does not answer");
}

static uint64_t deadline(void)
{
    return clock_monotonic() + CONFIG_SHARE_CHANNEL_PATIENCE * SECOND;
}

int share_wait(struct share_channel *channel, struct share_request *request)
{
    uint64_t until = deadline();

    while (!request->finished)
        wait_for(channel, &request->waiters, until);
    return request->result;
}

void share_wait_room(struct share_channel *channel, struct wait_queue *queue)
{
    wait_for(channel, queue, deadline());
}

static bool equal(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    return *a == *b;
}

struct share_channel *share_find(const struct share_driver *const *drivers, size_t count, const char *tag)
{
    for (size_t i = 0; i < count; i++)
        for (struct share_channel *channel = *drivers[i]->channels; channel; channel = channel->next)
            if (tag ? equal(channel->tag, tag) : !channel->mounted)
                return channel;
    return NULL;
}
