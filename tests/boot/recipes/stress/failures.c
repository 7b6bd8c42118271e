/*
 * Memory fails while all the others are in the middle of something: a thread of the highest priority, which
 * they cannot interrupt, takes what the kernel gives until it refuses, once because allocations of pages fail
 * on purpose, once because there is no memory any more. It gives everything back before it lets the others
 * run.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pages.h>
#include <pages_failures.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

#define MOST 300 /* of a kind */
#define CHUNK (256 * 1024)

static pthread_t thread;
static long rounds, refusals;

static int descriptors[3 * MOST], descriptor_count;
static timer_t timers_made[MOST];
static int timer_count;
static void *chunks[1024];
static int chunk_count;
static char message[5000];

static bool refused(bool failed)
{
    if (failed) {
        EXPECT(errno == ENOMEM || errno == EAGAIN || errno == EMFILE);
        refusals++;
    }
    return failed;
}

static void take_chunks(void)
{
    while (chunk_count < (int)(sizeof chunks / sizeof *chunks)) {
        void *chunk =
            mmap(NULL, CHUNK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

        if (refused(chunk == MAP_FAILED))
            break;
        chunks[chunk_count++] = chunk;
    }
}

static void take_descriptors(void)
{
    for (int i = 0; i < MOST; i++) {
        if (refused(pipe(&descriptors[descriptor_count]) != 0))
            break;
        descriptor_count += 2;
        if (refused(write(descriptors[descriptor_count - 1], message, sizeof message) < 0))
            break;
        if (refused((descriptors[descriptor_count] = eventfd(0, 0)) < 0))
            break;
        descriptor_count++;
    }
}

static void take_messages(mqd_t queue)
{
    for (int i = 0; i < MOST; i++)
        if (refused(mq_send(queue, message, sizeof message, (unsigned)i % 7) != 0))
            break;
}

static void take_timers(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_NONE};

    for (int i = 0; i < MOST; i++) {
        if (refused(timer_create(CLOCK_MONOTONIC, &event, &timers_made[timer_count]) != 0))
            break;
        timer_count++;
    }
}

static void give_back(mqd_t queue)
{
    struct mq_attr attributes;

    while (timer_count > 0)
        EXPECT(!timer_delete(timers_made[--timer_count]));
    while (descriptor_count > 0)
        EXPECT(!close(descriptors[--descriptor_count]));
    while (chunk_count > 0)
        EXPECT(!munmap(chunks[--chunk_count], CHUNK));
    EXPECT(!mq_getattr(queue, &attributes));
    while (attributes.mq_curmsgs-- > 0)
        EXPECT(mq_receive(queue, message, sizeof message, NULL) == sizeof message);
}

static void take_everything(mqd_t queue)
{
    take_chunks();
    take_descriptors();
    take_messages(queue);
    take_timers();
}

/*
 * munmap() waits for who is about to end, with a lock of the C library's: if it had to do that when all
 * memory is taken, the others would run without any. None of them can take that lock once this has returned.
 */
static void wait_for_ends(void)
{
    void *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(page != MAP_FAILED && !munmap(page, 1));
}

static void *fail(void *argument)
{
    struct sched_param highest = {.sched_priority = 99};
    struct mq_attr attributes = {.mq_maxmsg = MOST, .mq_msgsize = sizeof message};
    mqd_t queue = mq_open("/failures", O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);

    EXPECT(queue >= 0);
    EXPECT(!pthread_setschedparam(pthread_self(), SCHED_FIFO, &highest));
    memset(message, 1, sizeof message);
    for (long i = 0; i < rounds; i++) {
        uint64_t before = pages_failed();
        long refusals_before = refusals;

        wait_for_ends();
        pages_fail(1 + (uint32_t)i % 3, 0);
        take_everything(queue);
        pages_fail(0, 0);
        give_back(queue);
        EXPECT(pages_failed() > before && refusals > refusals_before);

        refusals_before = refusals;
        take_everything(queue);
        EXPECT(chunk_count > 0 && refusals > refusals_before);
        give_back(queue);
        usleep(5000);
    }
    EXPECT(!mq_close(queue) && !mq_unlink("/failures"));
    return argument;
}

static void start(long work)
{
    rounds = work;
    refusals = 0;
    thread = begin(fail, NULL);
}

static void finish(void)
{
    EXPECT(!pthread_join(thread, NULL));
    EXPECT(refusals > rounds);
}

const struct kind failures = {"failures", start, finish};
