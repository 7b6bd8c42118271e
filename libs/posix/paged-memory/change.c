#include "paged_memory.h"

#include <errno.h>
#include <linux_memory.h>

long sys_mprotect(long address, long length, long protection);
long sys_mremap(long address, long old_length, long new_length, long flags, long new_address);

long sys_mprotect(long address, long length, long protection)
{
    uintptr_t end;

    if ((uintptr_t)address % PAGE_SIZE || protection & ~PROTECTION_BITS)
        return -EINVAL;
    if (length == 0)
        return 0;
    if (!paged_range((uintptr_t)address, (size_t)length, &end))
        return -ENOMEM;
    return address_space_protect((uintptr_t)address, end, (int)protection);
}

long sys_mremap(long address, long old_length, long new_length, long flags, long new_address)
{
    uintptr_t start = (uintptr_t)address, to = (uintptr_t)new_address, end, new_end;
    enum address_space_place place = flags & MREMAP_FIXED     ? ADDRESS_SPACE_REPLACE
                                     : flags & MREMAP_MAYMOVE ? ADDRESS_SPACE_ANYWHERE
                                                              : ADDRESS_SPACE_EXACTLY;
    int error;

    if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP) ||
        (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE)) ||
        (flags & MREMAP_FIXED && to % PAGE_SIZE) || !paged_range(start, (size_t)old_length, &end) ||
        !paged_range(start, (size_t)new_length, &new_end))
        return -EINVAL;
    if (flags & MREMAP_DONTUNMAP) {
        const struct region *region = address_space_find(start);

        if (new_end != end || (region != NULL && region->start <= start && region->file != NULL))
            return -EINVAL;
    }
    error = address_space_remap(start, end, new_end - start, place, flags & MREMAP_DONTUNMAP, &to);
    return error != 0 ? error : (long)to;
}
