#include "paged_memory.h"

long sys_brk(long end);

/* As Linux's call does, it answers with the break that is in force. */
long sys_brk(long end)
{
    return (long)address_space_break((uintptr_t)end);
}
