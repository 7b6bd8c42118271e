/* The only process: 1, whose group it is, too. */
#include "signals_parts.h"

#include <errno.h>

#define ONLY 1

int signals_process(void)
{
    return ONLY;
}

/* -1 is the group, as killpg() says it. It would be everybody else too, but there is nobody. */
long signals_send_to(long process, const struct linux_siginfo *info)
{
    return process == ONLY || process == 0 || process == -ONLY ? signals_send_own(info) : -ESRCH;
}
