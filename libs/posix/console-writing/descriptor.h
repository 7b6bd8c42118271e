/* Which descriptors there are. */
#pragma once

#include <stdbool.h>

static inline bool is_console(long fd)
{
    return (unsigned)fd < 3;
}
