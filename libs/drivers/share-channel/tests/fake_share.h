/*
 * A channel for host tests of what speaks over one: the test is the server. Defines what share-channel and
 * the file systems require of others; include it in one file of a program. The server answers when somebody
 * waits, the last request first, or at once.
 */
#pragma once

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_PAGES 64
#include "../../../memory/pages/tests/fake_pages.h"

#include <share_channel.h>

/* Writes an answer of at most `room` bytes, and returns how long it is. `length` is that of the request. */
static size_t server(const unsigned char *request, size_t length, unsigned char *answer, size_t room);

static struct share_channel fake_channel;
static struct share_channel *fake_channels = &fake_channel;
static struct share_request *fake_pending;
static bool fake_silent;                       /* the server does not answer any more */
static void (*fake_meanwhile)(void);           /* another thread's work, done once, before the next answer */
static uint64_t fake_window, fake_window_size; /* of the channel */
static uint64_t fake_now;
static long fake_blocks;             /* on the heap */
static long fake_heap_fails_in = -1; /* counts down with every allocation; the one that finds 0 fails */

void *heap_alloc(size_t size)
{
    if (fake_heap_fails_in >= 0 && fake_heap_fails_in-- == 0)
        return NULL;
    fake_blocks++;
    return malloc(size);
}

void heap_free(void *block)
{
    fake_blocks -= block != NULL;
    free(block);
}

uint64_t clock_monotonic(void)
{
    return fake_now;
}

static void fake_answer(struct share_request *request)
{
    static unsigned char question[2 << 20], answer[2 << 20];
    size_t length = 0, room = 0, written, at = 0;

    for (unsigned i = 0; i < request->out; i++) {
        assert(request->pieces[i].length > 0);
        memcpy(question + length, request->pieces[i].address, request->pieces[i].length);
        length += request->pieces[i].length;
    }
    for (unsigned i = request->out; i < (unsigned)request->out + request->in; i++) {
        assert(request->pieces[i].length > 0);
        room += request->pieces[i].length;
    }
    written = server(question, length, answer, room);
    assert(written <= room);
    for (unsigned i = request->out; i < (unsigned)request->out + request->in && at < written; i++) {
        size_t part = request->pieces[i].length < written - at ? request->pieces[i].length : written - at;

        memcpy(request->pieces[i].address, answer + at, part);
        at += part;
    }
    share_finish(request, 0, (uint32_t)written);
}

/* The server works on what nobody waits for. */
static void fake_settle(void) __attribute__((unused));

static void fake_settle(void)
{
    while (fake_pending) {
        struct share_request *request = fake_pending;

        fake_pending = request->next;
        fake_answer(request);
    }
}

static void fake_submit(struct share_channel *channel, struct share_request *request)
{
    (void)channel;
    assert(request->out >= 1 && request->out + request->in <= SHARE_PIECES_MOST);
    request->next = fake_pending;
    fake_pending = request;
}

static void fake_give_up(struct share_channel *channel, const char *why)
{
    (void)channel;
    assert(why);
    while (fake_pending) {
        struct share_request *request = fake_pending;

        fake_pending = request->next;
        share_finish(request, -EIO, 0);
    }
}

static const struct share_channel_operations fake_operations = {fake_submit, fake_give_up};

static void fake_begin(void)
{
    fake_channel = (struct share_channel){.operations = &fake_operations,
                                          .tag = "share0",
                                          .window = fake_window,
                                          .window_size = fake_window_size};
    fake_pending = NULL;
    fake_silent = false;
}

/* Whoever waits lets the server work. */
int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    void (*meanwhile)(void) = fake_meanwhile;
    struct share_request *request;

    (void)queue;
    fake_meanwhile = NULL;
    if (meanwhile) {
        meanwhile();
        return 0; /* what is waited for may have come */
    }
    request = fake_pending;
    assert(!interruptible && deadline != WAIT_FOR_EVER);
    if (fake_silent || !request) {
        assert(fake_silent); /* or nobody will ever come */
        fake_now = deadline;
        return -ETIMEDOUT;
    }
    fake_pending = request->next;
    fake_answer(request);
    return 0;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}
