#include "paged_memory.h"

#include <config.h>
#include <errno.h>
#include <linux_memory.h>
#ifdef CONFIG_LIB_FILE_CONTENT
#include <file_content.h>
#include <file_pages.h>
#endif

#define FILE_SIZE_MAX ((uint64_t)INT64_MAX) /* off_t */

long sys_mmap(long address, long length, long protection, long flags, long fd, long offset);
long sys_munmap(long address, long length);

/* Puts the file behind the region, whose length is known. 0 or an error. */
static int set_file(struct region *region, int fd, uint64_t offset)
{
#ifdef CONFIG_LIB_FILE_CONTENT
    struct file_content *content;
    bool writable;
    int error = file_content_hold(fd, &content, &writable);

    if (error != 0)
        return error;
    if (!writable && region->flags & REGION_SHARED)
        region->flags |= REGION_READ_ONLY;
    if (region->flags & REGION_READ_ONLY && region->protection & PAGE_WRITE)
        error = -EACCES;
    else if (offset > FILE_SIZE_MAX || region->end - region->start > FILE_SIZE_MAX - offset)
        error = -EOVERFLOW;
    else if ((region->file = file_pages_of(content)) == NULL)
        error = -ENOMEM;
    if (error != 0)
        file_content_release(content);
    region->offset = offset;
    return error;
#else
    (void)region, (void)fd, (void)offset;
    return -ENODEV;
#endif
}

static void drop_file(const struct region *region)
{
#ifdef CONFIG_LIB_FILE_CONTENT
    if (region->file != NULL)
        file_pages_put(region->file);
#else
    (void)region;
#endif
}

static unsigned region_flags(long flags)
{
    unsigned result = 0;

    if ((flags & MAP_TYPE) != MAP_PRIVATE)
        result |= REGION_SHARED;
    if (flags & MAP_NORESERVE)
        result |= REGION_NO_RESERVE;
    if (flags & MAP_STACK)
        result |= REGION_SMALL;
    if (flags & MAP_LOCKED || paged_lock_future)
        result |= REGION_LOCKED;
    return result;
}

long sys_mmap(long address, long length, long protection, long flags, long fd, long offset)
{
    struct region region = {
        .start = (uintptr_t)address, .protection = (int)protection, .flags = region_flags(flags)};
    enum address_space_place place = flags & MAP_FIXED_NOREPLACE ? ADDRESS_SPACE_EXACTLY
                                     : flags & MAP_FIXED         ? ADDRESS_SPACE_REPLACE
                                                                 : ADDRESS_SPACE_ANYWHERE;
    int error;

    if (length == 0 || (uintptr_t)offset % PAGE_SIZE || protection & ~PROTECTION_BITS ||
        (flags & MAP_TYPE) == 0 || (flags & MAP_TYPE) > MAP_SHARED_VALIDATE)
        return -EINVAL;
    if (place == ADDRESS_SPACE_ANYWHERE)
        region.start &= ~(PAGE_SIZE - 1);
    else if (region.start % PAGE_SIZE)
        return -EINVAL;
    /* The low addresses are those of memory itself, and there are no pages set aside for MAP_HUGETLB. */
    if (!paged_range(place == ADDRESS_SPACE_ANYWHERE ? 0 : region.start, (size_t)length, &region.end) ||
        flags & (MAP_32BIT | MAP_HUGETLB))
        return -ENOMEM;
    if (place == ADDRESS_SPACE_ANYWHERE)
        region.end += region.start;
    if (!(flags & MAP_ANONYMOUS)) {
        error = set_file(&region, (int)fd, (uint64_t)offset);
        if (error != 0)
            return error;
    }
    error = address_space_map(&region, place);
    if (error != 0) {
        drop_file(&region);
        return error;
    }
    /* What cannot be had now is fetched, or fails, when it is touched: as in Linux. */
    if (flags & MAP_POPULATE || region.flags & REGION_LOCKED)
        address_space_populate(region.start, region.end);
    return (long)region.start;
}

long sys_munmap(long address, long length)
{
    uintptr_t end;

    if (!paged_range((uintptr_t)address, (size_t)length, &end))
        return -EINVAL;
    return address_space_unmap((uintptr_t)address, end);
}
