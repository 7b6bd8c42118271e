/*
 * Nothing is ever paged out: a lock is that all pages are there, and that nobody discards them.
 */
#include "paged_memory.h"

#include <errno.h>
#include <linux_memory.h>

bool paged_lock_future;

long sys_mlock(long address, long length);
long sys_mlock2(long address, long length, long flags);
long sys_mlockall(long flags);
long sys_munlock(long address, long length);
long sys_munlockall(void);

/* The pages that a range touches, wherever it begins. */
static int lock(uintptr_t start, size_t length, bool locked)
{
    size_t before = start % PAGE_SIZE;
    uintptr_t end;

    if (length == 0)
        return 0;
    if (length + before < length || !paged_range(start - before, length + before, &end))
        return -EINVAL;
    return address_space_lock(start - before, end, locked);
}

long sys_mlock(long address, long length)
{
    return lock((uintptr_t)address, (size_t)length, true);
}

long sys_mlock2(long address, long length, long flags)
{
    return flags & ~MLOCK_ONFAULT ? -EINVAL : lock((uintptr_t)address, (size_t)length, true);
}

long sys_munlock(long address, long length)
{
    return lock((uintptr_t)address, (size_t)length, false);
}

/* Everything that is mapped now. What cannot be fetched is fetched when it is touched. */
static int lock_all(bool locked)
{
    const struct region *region;

    for (uintptr_t at = 0; (region = address_space_find(at)) != NULL;) {
        uintptr_t end = region->end;
        int error = address_space_lock(region->start, end, locked);

        if (error == -ENOMEM && locked)
            return error;
        at = end;
    }
    return 0;
}

long sys_mlockall(long flags)
{
    if (flags == 0 || flags == MCL_ONFAULT || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))
        return -EINVAL;
    paged_lock_future = flags & MCL_FUTURE;
    return flags & MCL_CURRENT ? lock_all(true) : 0;
}

long sys_munlockall(void)
{
    paged_lock_future = false;
    return lock_all(false);
}
