#include "log_ring.h"

#include <console.h>

static char at(uint64_t position)
{
    return log_ring.text[position % LOG_BYTES];
}

uint64_t log_line_end(uint64_t position)
{
    while (position < log_ring.written && at(position) != '\n')
        position++;
    return position < log_ring.written ? position + 1 : position;
}

/* The oldest byte may be in the middle of a line, of which nothing is shown. */
uint64_t log_line_start(uint64_t position)
{
    uint64_t oldest = log_ring.written > LOG_BYTES ? log_ring.written - LOG_BYTES : 0;

    if (position > oldest)
        return position < log_ring.written ? position : log_ring.written;
    return oldest == 0 ? 0 : log_line_end(oldest);
}

void log_copy(char *buffer, uint64_t from, uint64_t to)
{
    for (uint64_t position = from; position < to; position++)
        *buffer++ = at(position);
}

void log_print_unseen(void)
{
    char line[LOG_LINE_MAX];

    for (uint64_t from = log_line_start(0), to; from < log_ring.written; from = to) {
        to = log_line_end(from);
        /* A damaged ring must not spoil the report that follows. */
        if (to - from < 4 || to - from > sizeof line)
            continue;
        log_copy(line, from, to);
        if ((unsigned)(line[1] - '0') >= log_console_level)
            console_write(line + 3, (size_t)(to - from) - 3);
    }
}
