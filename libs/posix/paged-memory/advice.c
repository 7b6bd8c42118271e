#include "paged_memory.h"

#include <errno.h>
#include <linux_memory.h>

long sys_madvise(long address, long length, long advice);
long sys_mincore(long address, long length, long vector);
long sys_msync(long address, long length, long flags);

/* What is mere advice may be ignored; for what is mapped. */
static int ignore(uintptr_t start, uintptr_t end)
{
    return address_space_covers(start, end) ? 0 : -ENOMEM;
}

long sys_madvise(long address, long length, long advice)
{
    uintptr_t start = (uintptr_t)address, end;
    int error;

    if (start % PAGE_SIZE || (length != 0 && !paged_range(start, (size_t)length, &end)))
        return -EINVAL;
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
        return length != 0 ? address_space_discard(start, end) : 0;
    case MADV_WILLNEED:
        return length != 0 ? ignore(start, end) : 0;
    case MADV_POPULATE_READ:
    case MADV_POPULATE_WRITE:
        error = length != 0 ? ignore(start, end) : 0;
        return error != 0 || length == 0 ? error : address_space_populate(start, end);
    default:
        if (advice > MADV_POPULATE_WRITE || advice < 0 || (advice > MADV_FREE && advice < MADV_DONTFORK) ||
            (advice > MADV_DONTNEED && advice < MADV_FREE))
            return -EINVAL;
        return length != 0 ? ignore(start, end) : 0;
    }
}

long sys_mincore(long address, long length, long vector)
{
    uintptr_t at = (uintptr_t)address, end;
    unsigned char *present = (unsigned char *)vector;

    if (at % PAGE_SIZE)
        return -EINVAL;
    if (length == 0)
        return 0;
    if (!paged_range(at, (size_t)length, &end) || !address_space_covers(at, end))
        return -ENOMEM;
    if (present == NULL)
        return -EFAULT;
    for (; at < end; at += PAGE_SIZE)
        *present++ = region_pages_present(address_space_find(at), at);
    return 0;
}

long sys_msync(long address, long length, long flags)
{
    uintptr_t start = (uintptr_t)address, end;

    if (start % PAGE_SIZE || flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
        (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    if (length == 0)
        return 0;
    if (!paged_range(start, (size_t)length, &end))
        return -ENOMEM;
    return address_space_sync(start, end, flags & MS_INVALIDATE);
}
