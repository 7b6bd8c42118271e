/* An exception that is not the end: memory that is given when it is touched, and what the application
 * handles. */
#include "trap_dispatch.h"

#include <config.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_PAGE_FAULT
#include <page_fault.h>
#endif

#ifdef CONFIG_LIB_PAGE_FAULT
/* Page-fault error code, Intel SDM volume 3, 4.7. */
#define FAULT_PROTECTION 0x01
#define FAULT_WRITE 0x02
#define FAULT_RESERVED 0x08
#define FAULT_EXECUTE 0x10

static bool resolve(uint64_t error, uint64_t address)
{
    static bool resolving; /* a fault of the one who resolves faults overwrites the first one's frame */
    bool resolved;

    if (resolving || (error & FAULT_RESERVED))
        return false;
    resolving = true;
    resolved = page_fault_resolve(address, (error & FAULT_EXECUTE ? PAGE_FAULT_EXECUTE
                                            : error & FAULT_WRITE ? PAGE_FAULT_WRITE
                                                                  : PAGE_FAULT_READ) |
                                               (error & FAULT_PROTECTION ? PAGE_FAULT_PRESENT : 0));
    resolving = false;
    return resolved;
}
#endif

void trap_dispatch(struct trap_frame *frame, uint64_t address)
{
#ifdef CONFIG_LIB_PAGE_FAULT
    if (frame->vector == TRAP_PAGE_FAULT && resolve(frame->error, address))
        return;
#endif
    trap_report(frame, address);
}
