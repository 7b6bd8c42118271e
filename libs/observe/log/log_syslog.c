/* syslog(2): what the C library calls klogctl(). There is one log and one reader, the application. */
#include "log_ring.h"

#include <errno.h>

enum {
    ACTION_CLOSE = 0,
    ACTION_OPEN = 1,
    ACTION_READ_ALL = 3,
    ACTION_READ_CLEAR = 4,
    ACTION_CLEAR = 5,
    ACTION_CONSOLE_OFF = 6,
    ACTION_CONSOLE_ON = 7,
    ACTION_CONSOLE_LEVEL = 8,
    ACTION_SIZE_BUFFER = 10,
};

#define LEAST_LEVEL 1 /* the kernel's own emergencies always show: syslog(2) */
#define MOST_LEVEL 8

uint64_t log_cleared;

long sys_syslog(long action, char *buffer, long size);

/* The last whole lines that fit, the oldest first. */
static long read_all(char *buffer, long size)
{
    uint64_t from = log_line_start(log_cleared);

    if (!buffer || size < 0)
        return -EINVAL;
    while (log_ring.written - from > (uint64_t)size)
        from = log_line_end(from);
    log_copy(buffer, from, log_ring.written);
    return (long)(log_ring.written - from);
}

long sys_syslog(long action, char *buffer, long size)
{
    static unsigned before_off = CONFIG_LOG_CONSOLE_LEVEL;
    long count;

    switch (action) {
    case ACTION_CLOSE:
    case ACTION_OPEN:
        return 0;
    case ACTION_READ_ALL:
        return read_all(buffer, size);
    case ACTION_READ_CLEAR:
        count = read_all(buffer, size);
        if (count >= 0)
            log_cleared = log_ring.written;
        return count;
    case ACTION_CLEAR:
        log_cleared = log_ring.written;
        return 0;
    case ACTION_CONSOLE_OFF:
        if (log_console_level != LEAST_LEVEL)
            before_off = log_console_level;
        log_console_level = LEAST_LEVEL;
        return 0;
    case ACTION_CONSOLE_ON:
        if (log_console_level == LEAST_LEVEL)
            log_console_level = before_off;
        return 0;
    case ACTION_CONSOLE_LEVEL:
        if (size < LEAST_LEVEL || size > MOST_LEVEL)
            return -EINVAL;
        log_console_level = (unsigned)size;
        return 0;
    case ACTION_SIZE_BUFFER:
        return (long)LOG_BYTES;
    default:
        return -EINVAL; /* waiting for a line (SYSLOG_ACTION_READ, _SIZE_UNREAD) is a log daemon's */
    }
}
