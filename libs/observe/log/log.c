#include "log_ring.h"

#include <console.h>
#include <format.h>
#include <kernel_guard.h>
#include <stdarg.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_CLOCK
#include <clock.h>
#endif

#define PREFIX 3 /* "<S>", which the console does not show */
#define NANOSECONDS 1000000000u
#define TEXT_MAX 160

struct log_ring log_ring;
unsigned log_console_level = CONFIG_LOG_CONSOLE_LEVEL;

/* A clock that calibrates itself on its first use may have something to say about it. */
static uint64_t now(void)
{
#ifdef CONFIG_LIB_CLOCK
    static bool asking;
    uint64_t time;

    if (asking)
        return 0;
    asking = true;
    time = clock_monotonic();
    asking = false;
    return time;
#else
    return 0;
#endif
}

static void keep(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        log_ring.text[(log_ring.written + i) % LOG_BYTES] = line[i];
    log_ring.written += length;
}

void log_write(enum log_level level, const char *text, ...)
{
    char line[LOG_LINE_MAX];
    uint64_t time = now();
    va_list arguments;
    size_t start, length;

    start = format(line, sizeof line, "<%u>[%6lu.%06lu] ", (unsigned)level & 7,
                   (unsigned long)(time / NANOSECONDS), (unsigned long)(time % NANOSECONDS / 1000));
    va_start(arguments, text);
    length = format_list(line + start, TEXT_MAX, text, arguments);
    va_end(arguments);
    if (length >= TEXT_MAX)
        length = TEXT_MAX - 1;
    for (size_t i = start; i < start + length; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = '.';
    length += start;
    line[length++] = '\n';
    kernel_enter();
    keep(line, length);
    if ((unsigned)level < log_console_level)
        console_write(line + PREFIX, length - PREFIX);
    kernel_leave();
}
