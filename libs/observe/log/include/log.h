/*
 * The kernel's log: what happened, readable afterwards.
 *
 * log_write() keeps one line, text as format() makes it, with the time since boot (clock_monotonic(), 0 where
 * the image has no clock) and its severity, in a ring that forgets its oldest lines; a line that is urgent
 * enough is printed on the console, too. It works at any time and from any context that holds the kernel's
 * guard, allocates nothing and never fails. What is longer than 159 bytes is cut; control characters, which
 * foreign text may hold, become dots. End the text without a line break.
 *
 * A library that has something to say `uses: [log]`. Where the log is not selected, log_write() leaves no
 * trace: its arguments are not evaluated.
 *
 * A panic prints the lines that were not printed before. syslog(2) reads the log, and so does gdb, by the
 * symbol log_ring, in a machine that runs or in a dump of its memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#if __has_include(<config.h>)
#include <config.h>
#else
#define LOG_PROVIDER /* nobody compiles a library: whoever reads the header wants to know all of it */
#endif

/* RFC 5424, section 6.2.1 */
enum log_level {
    LOG_EMERGENCY,
    LOG_ALERT,
    LOG_CRITICAL,
    LOG_ERROR,
    LOG_WARNING,
    LOG_NOTICE,
    LOG_INFO,
    LOG_DEBUG,
};

#if defined(CONFIG_LIB_LOG) || defined(LOG_PROVIDER)
void log_write(enum log_level level, const char *text, ...) __attribute__((format(printf, 2, 3), cold));

/* Prints the lines that were not printed when they came. For the report of a panic. */
void log_print_unseen(void);
#else
/* Never defined: it lets the compiler check the arguments. */
void log_unselected(enum log_level level, const char *text, ...) __attribute__((format(printf, 2, 3)));
#define log_write(level, ...)                                                                                \
    do {                                                                                                     \
        if (0)                                                                                               \
            log_unselected(level, __VA_ARGS__);                                                              \
    } while (0)
#endif
