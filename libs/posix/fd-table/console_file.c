/*
 * The console as an open file. To applications it is a terminal: the C library then writes line by line.
 */
#include "slots.h"

#include <console.h>
#include <console_input.h>
#include <errno.h>
#include <linux_io.h>
#if defined(CONFIG_LIB_READINESS) && defined(CONFIG_LIB_KTIMER) && defined(CONFIG_LIB_CLOCK)
#include <clock.h>
#include <ktimer.h>
#include <readiness.h>
#define WAITS
#endif

#define CHARACTER_DEVICE 0020000u /* S_IFCHR */

/* Linux's Documentation/admin-guide/devices.txt: major 5, minor 1 is /dev/console. */
#define CONSOLE_DEVICE (5 * 256 + 1)

#ifdef WAITS
#define MOMENT 1000000 /* nanoseconds */

static struct readiness input;

static void look(struct ktimer *timer);

static struct ktimer timer = {.expired = look};

static void come(void)
{
    readiness_notify(&input, READINESS_READABLE);
}

/* Where the device does not tell when something comes, it is looked at again and again. */
static void watch(void)
{
    if (!console_input_watch(come) && !ktimer_armed(&timer))
        ktimer_start(&timer, clock_monotonic() + MOMENT);
}

static void look(struct ktimer *self)
{
    (void)self;
    if (console_input_ready())
        come();
    else if (input.watches != NULL)
        watch();
}

static unsigned poll(struct open_file *file, struct readiness **readiness)
{
    (void)file;
    *readiness = &input;
    if (console_input_ready())
        return READINESS_READABLE | READINESS_WRITABLE;
    watch();
    return READINESS_WRITABLE;
}

static long read(struct open_file *file, void *buffer, size_t size)
{
    struct readiness *readiness;
    long result;

    if (size == 0)
        return 0;
    while (!(poll(file, &readiness) & READINESS_IN)) {
        int error;

        if (file->flags & LINUX_O_NONBLOCK)
            return -EAGAIN;
        error = readiness_wait(readiness, READINESS_READABLE, WAIT_FOR_EVER, false);
        if (error != 0)
            return error;
    }
    result = (long)console_read(buffer, size);
    if (input.watches != NULL)
        watch(); /* who watches for edges does not ask again */
    return result;
}
#else
static long read(struct open_file *file, void *buffer, size_t size)
{
    (void)file;
    return size != 0 ? (long)console_read(buffer, size) : 0;
}
#endif

static long write(struct open_file *file, const void *data, size_t size)
{
    (void)file;
    console_write(data, size);
    return (long)size;
}

static long control(struct open_file *file, unsigned long request, void *argument)
{
    (void)file;
    if (request != LINUX_TIOCGWINSZ)
        return -ENOTTY;
    *(struct linux_winsize *)argument =
        (struct linux_winsize){0}; /* nobody knows: ioctl_tty(2) allows zeroes */
    return 0;
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    (void)file;
    *values = (struct linux_stat_values){
        .device = 2,
        .inode = 1,
        .special_device = CONSOLE_DEVICE,
        .mode = CHARACTER_DEVICE | 0620,
        .links = 1,
        .block_size = 1024,
    };
}

/* Never called: the table keeps a reference. */
static void release(struct open_file *file)
{
    (void)file;
}

const struct open_file_ops fd_console_ops = {
    .read = read,
    .write = write,
    .control = control,
#ifdef WAITS
    .poll = poll,
#endif
    .stat = stat,
    .release = release,
};
