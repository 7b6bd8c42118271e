/* Whether this allocation is to fail on purpose (pages_failures.h). */
#pragma once

#include <config.h>
#include <stdbool.h>

#ifdef CONFIG_PAGES_BUDDY_FAILURES
bool pages_buddy_fails(void);
#else
static inline bool pages_buddy_fails(void)
{
    return false;
}
#endif
