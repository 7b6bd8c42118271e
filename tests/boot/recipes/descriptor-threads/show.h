/* One line a call: what it was, and what came of it. The same program prints the same on Linux. */
#pragma once

#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static inline long show_result(const char *what, long result)
{
    if (result == -1)
        printf("  %s: -1 %s\n", what, strerror(errno));
    else
        printf("  %s: %ld\n", what, result);
    return result;
}

#define SHOW(call) (errno = 0, show_result(#call, (long)(call)))
