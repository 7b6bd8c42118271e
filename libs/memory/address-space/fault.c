#include "space.h"

#include <errno.h>
#include <page_fault.h>
#include <panic.h>

static bool permits(const struct region *region, unsigned access)
{
    if (access & PAGE_FAULT_WRITE)
        return region->protection & PAGE_WRITE;
    if (access & PAGE_FAULT_EXECUTE)
        return region->protection & PAGE_EXEC;
    return region->protection != PAGE_NONE;
}

static uintptr_t without; /* the last address that a page could not be had for */

bool page_fault_resolve(uintptr_t address, unsigned access)
{
    const struct region_node *node = space_tree_find(address);
    long got = -ENOMEM;

    without = 0;
    if (node == NULL || node->region.start > address || !permits(&node->region, access))
        return false;
    /* Memory that was promised to others is not for regions without a promise. */
    if (node->region.flags & REGION_PROMISED || space_can_promise(1))
        got = region_pages_fetch(&node->region, address, access & PAGE_FAULT_WRITE);
    if (got == -ENOMEM)
        panic_print("memory: none left for 0x%lx: %u pages free, %u promised\n", (unsigned long)address,
                    (unsigned)pages_available(), (unsigned)space_promised);
    if (got > 0 && node->region.flags & REGION_PROMISED)
        space_promised -= (size_t)got;
    if (got < 0)
        without = address;
    return got >= 0;
}

enum page_fault_reason page_fault_reason(uintptr_t address)
{
    const struct region_node *node = space_tree_find(address);

    if (node == NULL || node->region.start > address)
        return PAGE_FAULT_UNMAPPED;
    return address == without ? PAGE_FAULT_BEYOND : PAGE_FAULT_FORBIDDEN;
}
