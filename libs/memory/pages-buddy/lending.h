/* Where pages come from when there are none left (pages_lending.h). */
#pragma once

#include <config.h>
#include <stdbool.h>
#include <stddef.h>

extern size_t pages_buddy_available; /* free pages */

/* Before anything is half changed: see there. */
void pages_buddy_touch_stack(void);

#ifdef CONFIG_PAGES_BUDDY_LENDING
bool pages_buddy_more(size_t count);
#else
static inline bool pages_buddy_more(size_t count)
{
    (void)count;
    return false;
}
#endif
