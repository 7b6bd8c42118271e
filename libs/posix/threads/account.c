#include "threads_parts.h"

#include <console.h>
#include <format.h>
#include <ktimer.h>
#include <pages.h>

static unsigned started;
static size_t pages_before;

void threads_account_start(void)
{
    if (started++ == 0)
        pages_before = pages_available();
}

void threads_account_end(void)
{
    char line[128];
    size_t length =
        format(line, sizeof line,
               "threads: %u started, %u alive (%u in the kernel); %lu pages free, %lu before; %s\n", started,
               threads_alive(), kthread_count(), (unsigned long)pages_available(),
               (unsigned long)pages_before, ktimer_first() == KTIMER_NEVER ? "no timer" : "a timer is armed");

    console_write(line, length);
}
