#include <config.h>
#include <format.h>
#include <image_layout.h>
#include <trap_report.h>

/* Page-fault error code, Intel SDM volume 3, 4.7. */
#define FAULT_PROTECTION 0x01
#define FAULT_WRITE 0x02
#define FAULT_RESERVED 0x08
#define FAULT_EXECUTE 0x10

/* Intel SDM volume 3, table 6-1. */
static const char *name_of(uint64_t vector)
{
    static const char names[] = "divide error\0"
                                "debug exception\0"
                                "non-maskable interrupt\0"
                                "breakpoint\0"
                                "overflow\0"
                                "bound range exceeded\0"
                                "invalid opcode\0"
                                "device not available\0"
                                "double fault\0"
                                "exception 9\0"
                                "invalid TSS\0"
                                "segment not present\0"
                                "stack segment fault\0"
                                "general protection fault\0"
                                "page fault\0"
                                "exception 15\0"
                                "floating-point error\0"
                                "alignment check\0"
                                "machine check\0"
                                "SIMD floating-point error\0"
                                "virtualization exception\0"
                                "control protection exception\0";
    const char *name = names;

    while (vector-- > 0 && *name != '\0')
        while (*name++ != '\0')
            ;
    return *name != '\0' ? name : "reserved exception";
}

#ifdef CONFIG_LIB_KTHREAD
#define NEAR ((uint64_t)4096) /* bytes from the stack pointer that a function's first steps reach */
#endif

static size_t page_fault(char *buffer, size_t size, const struct trap_frame *frame, uint64_t address)
{
    uint64_t error = frame->error;
    const char *access = error & FAULT_EXECUTE ? "execute at"
                         : error & FAULT_WRITE ? "write to"
                                               : "read from";
    const char *why = error & FAULT_RESERVED     ? "page table is broken"
                      : error & FAULT_PROTECTION ? "not permitted"
                                                 : "not mapped";

    if (address >= (uintptr_t)boot_stack_guard && address < (uintptr_t)boot_stack_bottom)
        why = "below the stack (stack overflow)";
#ifdef CONFIG_LIB_KTHREAD
    else if (!(error & FAULT_PROTECTION) && address - frame->rsp + NEAR < 2 * NEAR)
        why =
            "next to the stack pointer (stack overflow)"; /* only the C library knows where its stacks end */
#endif
    return format(buffer, size, "page fault: %s 0x%016lx, %s", access, (unsigned long)address, why);
}

size_t trap_reason(char *buffer, size_t size, const struct trap_frame *frame, uint64_t address)
{
    if (frame->vector == TRAP_PAGE_FAULT)
        return page_fault(buffer, size, frame, address);
    if (frame->error != 0)
        return format(buffer, size, "%s, error code 0x%lx", name_of(frame->vector),
                      (unsigned long)frame->error);
    return format(buffer, size, "%s", name_of(frame->vector));
}
