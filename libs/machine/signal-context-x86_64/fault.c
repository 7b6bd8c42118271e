#include <config.h>
#include <linux_signal.h>
#include <signal_context_fault.h>
#ifdef CONFIG_LIB_PAGE_FAULT
#include <page_fault.h>
#endif

/* Intel SDM volume 3, table 6-1. */
enum {
    DIVIDE = 0,
    DEBUG = 1,
    BREAKPOINT = 3,
    OVERFLOW = 4,
    BOUND = 5,
    UNDEFINED = 6,
    SEGMENT = 11,
    STACK = 12,
    PROTECTION = 13,
    X87 = 16,
    ALIGNMENT = 17,
    SIMD = 19,
};

#define FAULT_PROTECTION 0x01
#define FAULT_RESERVED 0x08

/* The lowest exception that is raised and not masked: bits of MXCSR and of x87's status alike (Intel SDM
 * volume 1, 8.5 and 11.5.2). */
static int floating_point(unsigned raised)
{
    if (raised & 0x01)
        return LINUX_FPE_FLTINV;
    if (raised & 0x04)
        return LINUX_FPE_FLTDIV;
    if (raised & 0x08)
        return LINUX_FPE_FLTOVF;
    if (raised & 0x12)
        return LINUX_FPE_FLTUND;
    return LINUX_FPE_FLTRES;
}

static unsigned raised_x87(void)
{
    uint16_t status, control;

    __asm__ volatile("fnstsw %0\n\tfnstcw %1" : "=m"(status), "=m"(control));
    return status & ~control;
}

static unsigned raised_simd(void)
{
    uint32_t mxcsr;

    __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
    return mxcsr & ~(mxcsr >> 7); /* the masks stand seven bits above */
}

void signal_context_page_fault(struct fault *fault, uint64_t address, uint64_t error)
{
    fault->signal = LINUX_SIGSEGV;
    fault->code = error & FAULT_PROTECTION ? LINUX_SEGV_ACCERR : LINUX_SEGV_MAPERR;
    fault->address = address;
#ifdef CONFIG_LIB_PAGE_FAULT
    switch (page_fault_reason(address)) {
    case PAGE_FAULT_UNMAPPED:
        break;
    case PAGE_FAULT_FORBIDDEN:
        fault->code = LINUX_SEGV_ACCERR;
        break;
    case PAGE_FAULT_BEYOND:
        fault->signal = LINUX_SIGBUS;
        fault->code = LINUX_BUS_ADRERR;
        break;
    }
#endif
}

bool signal_context_fault(const struct trap_frame *frame, uint64_t address, struct fault *fault)
{
    *fault = (struct fault){.code = LINUX_SI_KERNEL, .stack = frame->rsp};
    switch (frame->vector) {
    case DIVIDE:
        fault->signal = LINUX_SIGFPE;
        fault->code = LINUX_FPE_INTDIV;
        fault->address = frame->rip;
        return true;
    case DEBUG:
        fault->signal = LINUX_SIGTRAP;
        fault->code = LINUX_TRAP_TRACE;
        fault->address = frame->rip;
        return true;
    case BREAKPOINT:
        fault->signal = LINUX_SIGTRAP;
        return true;
    case UNDEFINED:
        fault->signal = LINUX_SIGILL;
        fault->code = LINUX_ILL_ILLOPN;
        fault->address = frame->rip;
        return true;
    case OVERFLOW:
    case BOUND:
    case PROTECTION:
        fault->signal = LINUX_SIGSEGV;
        return true;
    case SEGMENT:
    case STACK:
        fault->signal = LINUX_SIGBUS;
        return true;
    case TRAP_PAGE_FAULT:
        if (frame->error & FAULT_RESERVED)
            return false;
        signal_context_page_fault(fault, address, frame->error);
        return true;
    case X87:
    case SIMD:
        fault->signal = LINUX_SIGFPE;
        fault->code = floating_point(frame->vector == X87 ? raised_x87() : raised_simd());
        fault->address = frame->rip;
        return true;
    case ALIGNMENT:
        fault->signal = LINUX_SIGBUS;
        fault->code = LINUX_BUS_ADRALN;
        return true;
    default:
        return false;
    }
}
