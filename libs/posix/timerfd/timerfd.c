/*
 * timerfd_create(2).
 *
 * A timer that repeats is not armed again before somebody reads: what has passed meanwhile is counted then,
 * so an interval of a nanosecond costs no more than one of an hour.
 */
#include <clock.h>
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <ktimer.h>
#include <linux_file.h>
#include <linux_time.h>
#include <readiness.h>
#include <ring.h>
#include <stddef.h>
#include <timerfd.h>

/* include/uapi/linux/timerfd.h; the flags of timerfd_create() are those of open(2) */
#define TFD_TIMER_ABSTIME 1
#define TFD_TIMER_CANCEL_ON_SET 2

/* include/uapi/linux/time.h */
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9

#define NEVER UINT64_MAX

struct timerfd {
    struct open_file file;
    struct readiness readiness;
    struct ktimer timer;
    uint64_t next;     /* when it expires, or expired last, by clock_monotonic(); NEVER: it is not set */
    uint64_t interval; /* nanoseconds; 0: once */
    uint64_t count;    /* expirations that nobody has read */
    uint64_t date;     /* as `next`, by clock_realtime(), if it was set to a moment of that */
    struct ring dated; /* held while it was: of all those */
    bool realtime;
    bool cancelled_by_set; /* TFD_TIMER_CANCEL_ON_SET */
    bool cancelled;
};

static struct ring *dated;

/* struct itimerspec */
struct timer_value {
    struct linux_timespec interval, value;
};

long sys_timerfd_create(long clock, long flags);
long sys_timerfd_gettime(long fd, long value);
long sys_timerfd_settime(long fd, long flags, long value, long old);

static const struct open_file_ops operations;

static struct timerfd *of(struct open_file *file)
{
    return (struct timerfd *)file;
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    uint64_t total;

    return __builtin_add_overflow(a, b, &total) ? NEVER : total;
}

static void start(struct timerfd *self)
{
    if (self->next != NEVER)
        ktimer_start(&self->timer, self->next);
}

static void expired(struct ktimer *timer)
{
    struct timerfd *self = (struct timerfd *)((char *)timer - offsetof(struct timerfd, timer));

    self->count++;
    readiness_notify(&self->readiness, READINESS_IN);
}

/* Counts what has passed since the timer expired, and arms it for what comes. */
static void go_on(struct timerfd *self)
{
    uint64_t now, passed;

    if (self->interval == 0 || self->next == NEVER || ktimer_armed(&self->timer))
        return;
    now = clock_monotonic();
    passed = now > self->next ? (now - self->next) / self->interval : 0;
    self->count += passed;
    self->next = sum(self->next, (passed + 1) * self->interval);
    self->date = sum(self->date, (passed + 1) * self->interval);
    start(self);
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    struct timerfd *self = of(file);

    if (size < sizeof(uint64_t))
        return -EINVAL;
    while (self->count == 0) {
        int error = -EAGAIN;

        if (file->flags & LINUX_O_NONBLOCK)
            wait_poll();
        else
            error = readiness_wait(&self->readiness, READINESS_READABLE, WAIT_FOR_EVER, false);
        if (error != 0 && self->count == 0)
            return error;
    }
    if (self->cancelled) {
        self->cancelled = false;
        self->count = 0;
        return -ECANCELED;
    }
    go_on(self);
    *(uint64_t *)buffer = self->count;
    self->count = 0;
    return sizeof(uint64_t);
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    *readiness = &of(file)->readiness;
    return of(file)->count != 0 ? READINESS_IN : 0;
}

static void undate(struct timerfd *self)
{
    if (ring_held(&self->dated))
        ring_remove(&dated, &self->dated);
    self->cancelled = self->cancelled_by_set = false;
}

static void release(struct open_file *file)
{
    ktimer_stop(&of(file)->timer);
    undate(of(file));
    heap_free(file);
}

static const struct open_file_ops operations = {
    .read = read,
    .poll = poll,
    .stat = fd_stat_anonymous,
    .release = release,
};

long sys_timerfd_create(long clock, long flags)
{
    unsigned known = linux_open_flags((unsigned)flags);
    struct timerfd *self;

    if (known & ~(LINUX_O_CLOEXEC | LINUX_O_NONBLOCK))
        return -EINVAL;
    if (clock != LINUX_CLOCK_REALTIME && clock != LINUX_CLOCK_MONOTONIC && clock != LINUX_CLOCK_BOOTTIME &&
        clock != CLOCK_REALTIME_ALARM && clock != CLOCK_BOOTTIME_ALARM)
        return -EINVAL;
    self = heap_alloc(sizeof(*self));
    if (self == NULL)
        return -ENOMEM;
    *self = (struct timerfd){
        .file = {.ops = &operations, .references = 1, .flags = LINUX_O_RDWR | (known & LINUX_O_NONBLOCK)},
        .timer = {.expired = expired},
        .next = NEVER,
        .realtime = clock == LINUX_CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM,
    };
    return fd_open(&self->file, known & LINUX_O_CLOEXEC);
}

static long get(long fd, struct timerfd **self)
{
    struct open_file *file = fd_get(fd);

    if (file == NULL)
        return -EBADF;
    if (file->ops != &operations) {
        fd_put(file);
        return -EINVAL;
    }
    *self = of(file);
    return 0;
}

static struct linux_timespec split(uint64_t nanoseconds)
{
    return (struct linux_timespec){
        .seconds = (int64_t)(nanoseconds / NANOSECONDS),
        .nanoseconds = (int64_t)(nanoseconds % NANOSECONDS),
    };
}

/* What is left until it expires next, and its interval. */
static void show(struct timerfd *self, struct timer_value *value)
{
    uint64_t left = 0;

    go_on(self);
    if (ktimer_armed(&self->timer)) {
        uint64_t now = clock_monotonic();

        left = self->next > now ? self->next - now : 1; /* 0 would mean that it is not set */
    }
    value->interval = split(self->interval);
    value->value = split(left);
}

long sys_timerfd_gettime(long fd, long value)
{
    struct timerfd *self;
    long error = get(fd, &self);

    if (error != 0)
        return error;
    show(self, (struct timer_value *)value);
    fd_put(&self->file);
    return 0;
}

static bool valid(const struct linux_timespec *time)
{
    return time->seconds >= 0 && (uint64_t)time->nanoseconds < NANOSECONDS;
}

/* The moment of clock_monotonic() at which clock_realtime() will be `date`. */
static uint64_t moment_of(uint64_t date)
{
    uint64_t now = clock_realtime();

    return sum(clock_monotonic(), date > now ? date - now : 0);
}

void timerfd_clock_set(void)
{
    for (struct ring *ring = ring_first(dated); ring != NULL; ring = ring_after(dated, ring)) {
        struct timerfd *self = (struct timerfd *)((char *)ring - offsetof(struct timerfd, dated));

        if (ktimer_armed(&self->timer)) {
            self->next = moment_of(self->date);
            start(self);
        }
        if (self->cancelled_by_set) {
            self->cancelled = true;
            self->count++;
            readiness_notify(&self->readiness, READINESS_IN);
        }
    }
}

static void set(struct timerfd *self, uint64_t value, long flags)
{
    if (!(flags & TFD_TIMER_ABSTIME)) {
        self->next = sum(clock_monotonic(), value);
    } else if (!self->realtime) {
        self->next = value;
    } else {
        self->date = value;
        self->next = moment_of(value);
        self->cancelled_by_set = flags & TFD_TIMER_CANCEL_ON_SET;
        ring_append(&dated, &self->dated);
    }
    start(self);
}

long sys_timerfd_settime(long fd, long flags, long value, long old)
{
    const struct timer_value *new = (const struct timer_value *)value;
    struct timerfd *self;
    long error;

    if (flags & ~(long)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    if (!valid(&new->value) || !valid(&new->interval))
        return -EINVAL;
    error = get(fd, &self);
    if (error != 0)
        return error;
    if (old != 0)
        show(self, (struct timer_value *)old);
    ktimer_stop(&self->timer);
    undate(self);
    self->count = 0;
    self->interval = linux_timespec_nanoseconds(&new->interval);
    self->next = NEVER;
    if (new->value.seconds != 0 || new->value.nanoseconds != 0)
        set(self, linux_timespec_nanoseconds(&new->value), flags);
    fd_put(&self->file);
    return 0;
}
