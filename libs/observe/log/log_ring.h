/*
 * How the log lies in memory. Debuggers and tools on the host read it by the symbol log_ring, whose size is
 * that of this structure: changes are theirs too (composer/unilith/observe).
 *
 * Byte number n of all that was ever written stands in text[n % LOG_BYTES], as long as the last LOG_BYTES
 * include it. A line is `<S>[ssssss.uuuuuu] text` and a line break: S is its severity, one digit, and what
 * stands in brackets the time in seconds. syslog(2) gives them out like this.
 */
#pragma once

#define LOG_PROVIDER
#include <log.h>

#include <config.h>

#define LOG_BYTES ((size_t)CONFIG_LOG_KIB << 10)
#define LOG_LINE_MAX 192 /* bytes of a line with all that belongs to it */

struct log_ring {
    uint64_t written; /* bytes, since the start */
    char text[LOG_BYTES];
};

extern struct log_ring log_ring;
extern uint64_t log_cleared;       /* where syslog's SYSLOG_ACTION_CLEAR left off */
extern unsigned log_console_level; /* lines of a lower severity number go to the console */

/* Where the first whole line at or behind `position` begins; the number of bytes written if there is none. */
uint64_t log_line_start(uint64_t position);

/* Where the line that begins at `position` ends, behind its line break. */
uint64_t log_line_end(uint64_t position);

/* Copies the bytes [from, to), which the ring must hold. */
void log_copy(char *buffer, uint64_t from, uint64_t to);
