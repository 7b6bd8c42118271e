#include <errno.h>
#include <linux_memory.h>
#include <pages.h>
#include <string.h>

#include "map.h"
#include "regions.h"

long sys_mprotect(long address, long length, long protection);
long sys_mremap(long address, long old_length, long new_length, long flags, long new_address);

long sys_mprotect(long address, long length, long protection)
{
    uintptr_t start = (uintptr_t)address;
    uintptr_t end;

    if (start % PAGE_SIZE || protection & ~PROTECTION_BITS) {
        return -EINVAL;
    }
    if (length == 0) {
        return 0;
    }
    if (!memory_range(start, (size_t)length, &end) || !memory_regions_cover(start, end)) {
        return -ENOMEM;
    }
    return memory_protect(start, end, (int)protection);
}

/* Copies to a larger place. The old one must be readable; on an error it stays as it was. */
static long move(const struct region *old, size_t size)
{
    size_t old_size = old->end - old->start;
    char *pages;
    int error;

    if (!(old->protection & PAGE_READ)) {
        return -EFAULT;
    }
    pages = memory_add(size);
    if (pages == NULL) {
        return -ENOMEM;
    }
    memcpy(pages, (const void *)old->start, old_size);
    memset(pages + old_size, 0, size - old_size);
    error = memory_protect((uintptr_t)pages, (uintptr_t)pages + size, old->protection);
    if (!error) {
        error = memory_remove(old->start, old->end);
    }
    if (error) {
        memory_remove((uintptr_t)pages, (uintptr_t)pages + size);
        return error;
    }
    return (long)pages;
}

/* Shrinks in place and grows by a copy to another; to a place of the caller's choice it cannot. */
long sys_mremap(long address, long old_length, long new_length, long flags, long new_address)
{
    uintptr_t start = (uintptr_t)address;
    uintptr_t end;
    uintptr_t new_end;
    struct region old;

    (void)new_address;
    if (start % PAGE_SIZE || flags & ~MREMAP_MAYMOVE || !memory_range(start, (size_t)old_length, &end) ||
        !memory_range(start, (size_t)new_length, &new_end)) {
        return -EINVAL;
    }
    if (!memory_regions_first(start, end, &old) || old.start != start || old.end != end) {
        return -EFAULT;
    }
    if (new_end <= end) {
        int error = memory_remove(new_end, end);

        return error ? error : address;
    }
    return flags & MREMAP_MAYMOVE ? move(&old, new_end - start) : -ENOMEM;
}
