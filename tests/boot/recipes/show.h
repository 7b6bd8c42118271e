/* One line a call: what it was, and what came of it. The same program prints the same on Linux. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <string.h>

static inline long show_result(const char *what, long result)
{
    if (result == -1)
        printf("  %s: -1 %s\n", what, strerror(errno));
    else
        printf("  %s: %ld\n", what, result);
    return result;
}

#define SHOW(call) (errno = 0, show_result(#call, (long)(call)))
