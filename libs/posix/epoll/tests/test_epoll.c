// sources: ../../readiness/readiness.c ../../fd-table/fd_table.c ../../fd-table/control.c
/* Many files whose state changes at random, watched by an epoll; each wait must show what a look at all of
 * them would. */
#include "../../../memory/heap/tests/fake_memory.h"

#include "../epoll_parts.h"

#include <errno.h>
#include <linux_poll.h>
#include <stdio.h>

#define FILES 100

long sys_close(long fd);
long sys_epoll_create1(long flags);
long sys_epoll_ctl(long fd, long operation, long target, long event);
long sys_epoll_wait(long fd, long events, long count, long timeout);

const struct open_file_ops fd_console_ops;

struct event {
    uint32_t events;
    uint64_t data;
} __attribute__((packed));

void linux_stat_store(void *stat, const struct linux_stat_values *values)
{
    (void)stat, (void)values;
}

unsigned linux_open_flags(unsigned flags)
{
    return flags;
}

void linux_epoll_store(void *array, unsigned index, uint32_t events, uint64_t data)
{
    ((struct event *)array)[index] = (struct event){events, data};
}

uint32_t linux_epoll_load(const void *array, unsigned index, uint64_t *data)
{
    *data = ((const struct event *)array)[index].data;
    return ((const struct event *)array)[index].events;
}

uint64_t clock_monotonic(void)
{
    return 1;
}

void wait_poll(void) {}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)interruptible;
    assert(deadline != WAIT_FOR_EVER);
    return -ETIMEDOUT;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

struct fake_file {
    struct open_file file;
    struct readiness readiness;
    unsigned state;
};

/* What is expected of each descriptor. */
static struct {
    struct fake_file *file;
    bool watched, told; /* told: something has been notified since the last edge was handed out */
    uint32_t asked;
    uint64_t data;
} model[FILES + 8];

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    *readiness = &((struct fake_file *)file)->readiness;
    return ((struct fake_file *)file)->state;
}

static void release(struct open_file *file)
{
    assert(((struct fake_file *)file)->readiness.watches == NULL);
    free(file);
}

static const struct open_file_ops operations = {.poll = poll, .release = release};

static unsigned pick(unsigned limit)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 11) % limit;
}

static unsigned pick_events(void)
{
    static const unsigned all[] = {READINESS_IN, READINESS_OUT, READINESS_RDHUP, READINESS_PRI,
                                   READINESS_HUP};
    unsigned events = 0;

    for (unsigned i = 0; i < 5; i++)
        events |= pick(i == 4 ? 20 : 3) == 0 ? all[i] : 0;
    return events;
}

static void open_file(void)
{
    struct fake_file *file = calloc(1, sizeof *file);
    long fd;

    file->file = (struct open_file){.ops = &operations, .references = 1};
    file->state = pick_events();
    fd = fd_open(&file->file, false);
    assert(fd >= 0 && (size_t)fd < sizeof model / sizeof *model);
    memset(&model[fd], 0, sizeof model[fd]);
    model[fd].file = file;
}

static unsigned holds(int fd)
{
    return model[fd].file->state & (model[fd].asked | READINESS_ALWAYS) & 0xffff;
}

static void control(long epoll, int operation, int fd)
{
    static const uint32_t flags[] = {0, 0, LINUX_EPOLLET, LINUX_EPOLLONESHOT,
                                     LINUX_EPOLLET | LINUX_EPOLLONESHOT};
    struct event event = {pick_events() | flags[pick(5)], (uint64_t)pick(1000000) << 8 | (unsigned)fd};
    bool watched = model[fd].watched;
    long expected = operation == LINUX_EPOLL_CTL_ADD ? (watched ? -EEXIST : 0) : watched ? 0 : -ENOENT;

    assert(sys_epoll_ctl(epoll, operation, fd, (long)&event) == expected);
    if (expected != 0)
        return;
    model[fd].watched = operation != LINUX_EPOLL_CTL_DEL;
    model[fd].asked = event.events | READINESS_ALWAYS;
    model[fd].data = event.data;
    model[fd].told = holds(fd) != 0;
}

static void happens(int fd)
{
    unsigned more = pick_events();

    model[fd].file->state |= more;
    readiness_notify(&model[fd].file->readiness, more);
    if (more & (model[fd].asked | READINESS_ALWAYS))
        model[fd].told = true;
}

/* Whether the next wait must show it. */
static bool due(int fd)
{
    return model[fd].file != NULL && model[fd].watched && (model[fd].asked & 0xffff) && model[fd].told &&
           holds(fd);
}

static void wait_some(long epoll, long most)
{
    struct event events[FILES + 8];
    bool seen[FILES + 8] = {false};
    long expected = 0, count;

    for (int fd = 0; fd < FILES + 8; fd++)
        expected += due(fd);
    count = sys_epoll_wait(epoll, (long)events, most, pick(2));
    assert(count == (expected < most ? expected : most));
    for (long i = 0; i < count; i++) {
        int fd = (int)(events[i].data & 0xff);

        assert(!seen[fd] && due(fd));
        assert(events[i].data == model[fd].data && events[i].events == holds(fd));
        seen[fd] = true;
        if (model[fd].asked & LINUX_EPOLLONESHOT)
            model[fd].asked = 0;
        if (model[fd].asked & LINUX_EPOLLET)
            model[fd].told = false;
    }
    /* What was looked at and found not to hold has to be told of again. */
    for (int fd = 0; fd < FILES + 8 && expected < most; fd++)
        if (model[fd].file != NULL && !holds(fd))
            model[fd].told = false;
}

static void at_random(void)
{
    long epoll = sys_epoll_create1(0);

    assert(epoll == 3);
    for (int i = 0; i < FILES; i++)
        open_file();
    for (int i = 0; i < 100000; i++) {
        int fd = 4 + (int)pick(FILES);

        switch (pick(9)) {
        case 0:
            control(epoll, LINUX_EPOLL_CTL_DEL, fd);
            break;
        case 1:
        case 2:
            control(epoll, LINUX_EPOLL_CTL_ADD, fd);
            break;
        case 3:
            control(epoll, LINUX_EPOLL_CTL_MOD, fd);
            break;
        case 4:
            assert(sys_close(fd) == 0);
            model[fd].file = NULL;
            open_file();
            break;
        case 5:
            model[fd].file->state &= ~pick_events();
            wait_some(epoll, FILES + 8); /* so that what does not hold any more is looked at */
            break;
        case 6:
        case 7:
            happens(fd);
            break;
        default:
            wait_some(epoll, pick(4) ? FILES + 8 : 1 + (long)pick(10));
        }
    }
    assert(sys_close(epoll) == 0);
    for (int fd = 4; fd < 4 + FILES; fd++)
        assert(model[fd].file->readiness.watches == NULL && sys_close(fd) == 0);
}

/* Each allocation fails once. */
static void no_memory(void)
{
    struct event event = {READINESS_IN, 0};

    open_file();
    for (long at = 0; at < 3; at++) {
        long epoll;

        fake_fail(at);
        epoll = sys_epoll_create1(0);
        assert((epoll == -ENOMEM) == (at == 0));
        if (epoll < 0)
            continue;
        assert(sys_epoll_ctl(epoll, LINUX_EPOLL_CTL_ADD, 3, (long)&event) == -ENOMEM);
        assert(sys_epoll_ctl(epoll, LINUX_EPOLL_CTL_ADD, 3, (long)&event) == 0);
        assert(sys_close(epoll) == 0);
    }
    assert(sys_close(3) == 0);
}

int main(void)
{
    size_t before;

    open_file();
    assert(fd_reserve(200, false) == 200); /* the table grows before the count begins */
    fd_cancel(200);
    assert(sys_close(3) == 0);
    model[3].file = NULL;
    before = fake_live;
    at_random();
    no_memory();
    assert(fake_live == before);
    return 0;
}
