/* Bytes through pipes, in order; counts through an eventfd; messages through a queue: sums must agree. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "stress.h"

#define PAIRS 3

static long rounds;
static pthread_t writers[PAIRS], readers[PAIRS], adders[PAIRS], counter, senders[PAIRS], receiver;
static int ends[PAIRS][2], event;
static mqd_t queue;
static atomic_long bytes_read, counted, messages, message_sum;

static void *write_bytes(void *argument)
{
    int end = ends[(intptr_t)argument][1];
    unsigned char next = 0, bytes[700];
    uint32_t random = (uint32_t)(intptr_t)argument;

    for (long i = 0; i < rounds * 20; i++) {
        size_t size = 1 + next_random(&random) % sizeof bytes, done = 0;

        for (size_t j = 0; j < size; j++)
            bytes[j] = next++;
        while (done < size) {
            ssize_t now = write(end, bytes + done, size - done);

            if (now < 0) {
                EXPECT(errno == EINTR);
                continue;
            }
            done += (size_t)now;
        }
    }
    EXPECT(!close(end));
    return NULL;
}

static void *read_bytes(void *argument)
{
    int end = ends[(intptr_t)argument][0];
    unsigned char next = 0, bytes[500];

    for (;;) {
        struct pollfd what = {.fd = end, .events = POLLIN};
        ssize_t size;

        if (poll(&what, 1, 50) < 0) {
            EXPECT(errno == EINTR);
            continue;
        }
        size = read(end, bytes, sizeof bytes);
        if (size == 0)
            break;
        if (size < 0) {
            EXPECT(errno == EINTR);
            continue;
        }
        for (ssize_t i = 0; i < size; i++)
            EXPECT(bytes[i] == next++);
        bytes_read += size;
    }
    EXPECT(!close(end));
    return NULL;
}

static void *add(void *argument)
{
    for (long i = 0; i < rounds * 20; i++)
        while (eventfd_write(event, 1))
            EXPECT(errno == EINTR);
    return argument;
}

static void *count(void *argument)
{
    while (counted < PAIRS * rounds * 20) {
        eventfd_t value;

        if (eventfd_read(event, &value)) {
            EXPECT(errno == EINTR);
            continue;
        }
        counted += (long)value;
    }
    return argument;
}

static void *send(void *argument)
{
    for (int i = 0; i < rounds * 20; i++) {
        while (mq_send(queue, (const char *)&i, sizeof i, (unsigned)i % 5))
            EXPECT(errno == EINTR);
    }
    return argument;
}

static void *receive(void *argument)
{
    while (messages < PAIRS * rounds * 20) {
        int value;

        if (mq_receive(queue, (char *)&value, sizeof value, NULL) < 0) {
            EXPECT(errno == EINTR);
            continue;
        }
        messages++;
        message_sum += value;
    }
    return argument;
}

static void start(long work)
{
    struct mq_attr attributes = {.mq_maxmsg = 4, .mq_msgsize = sizeof(int)};

    rounds = work;
    bytes_read = counted = messages = message_sum = 0;
    EXPECT((event = eventfd(0, 0)) >= 0);
    EXPECT((queue = mq_open("/stress", O_CREAT | O_EXCL | O_RDWR, 0600, &attributes)) >= 0);
    for (intptr_t i = 0; i < PAIRS; i++) {
        EXPECT(!pipe(ends[i]));
        readers[i] = begin(read_bytes, (void *)i);
        writers[i] = begin(write_bytes, (void *)i);
        adders[i] = begin(add, NULL);
        senders[i] = begin(send, NULL);
    }
    counter = begin(count, NULL);
    receiver = begin(receive, NULL);
}

static void finish(void)
{
    long each = rounds * 20;

    for (int i = 0; i < PAIRS; i++) {
        EXPECT(!pthread_join(writers[i], NULL) && !pthread_join(readers[i], NULL));
        EXPECT(!pthread_join(adders[i], NULL) && !pthread_join(senders[i], NULL));
    }
    EXPECT(!pthread_join(counter, NULL) && !pthread_join(receiver, NULL));
    EXPECT(bytes_read >= PAIRS * each && counted == PAIRS * each);
    EXPECT(messages == PAIRS * each && message_sum == PAIRS * (each * (each - 1) / 2));
    EXPECT(!close(event) && !mq_close(queue) && !mq_unlink("/stress"));
}

const struct kind files = {"files", start, finish};
