#include <errno.h>
#include <linux_memory.h>
#include <pages.h>
#include <string.h>

#include "map.h"
#include "regions.h"

long sys_madvise(long address, long length, long advice);
long sys_mlock(long address, long length);
long sys_munlock(long address, long length);

/* Advice may be ignored, but for one kind: after MADV_DONTNEED, anonymous memory reads as zeroes. */
long sys_madvise(long address, long length, long advice)
{
    uintptr_t start = (uintptr_t)address;
    uintptr_t end;
    struct region part;

    if (start % PAGE_SIZE) {
        return -EINVAL;
    }
    if (length == 0 || advice != MADV_DONTNEED) {
        return 0;
    }
    if (!memory_range(start, (size_t)length, &end) || !memory_regions_cover(start, end)) {
        return -ENOMEM;
    }
    for (; memory_regions_first(start, end, &part); start = part.end) {
        int error = memory_protect(part.start, part.end, MAP_READ_WRITE);

        if (error) {
            return error;
        }
        memset((void *)part.start, 0, part.end - part.start);
        error = memory_protect(part.start, part.end, part.protection);
        if (error) {
            return error;
        }
    }
    return 0;
}

/* Nothing is ever paged out. */
long sys_mlock(long address, long length)
{
    (void)address, (void)length;
    return 0;
}

long sys_munlock(long address, long length)
{
    (void)address, (void)length;
    return 0;
}
