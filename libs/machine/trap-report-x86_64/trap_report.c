#include <config.h>
#include <panic.h>
#include <platform_exit.h>
#include <trap_report.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif

_Noreturn void trap_report(const struct trap_frame *f, uint64_t address)
{
    char reason[96];

    panic_begin();
    trap_reason(reason, sizeof reason, f, address);
    panic_print("panic: %s\n", reason);
#ifdef CONFIG_LIB_KTHREAD
    panic_print("  thread %d of %u\n", kthread_current()->number, kthread_count());
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
    panic_print("  processor %u\n", multiprocessor_number());
#endif
    panic_print("  rip %016lx  rsp %016lx  rflags %08lx  cr2 %016lx\n", f->rip, f->rsp, f->rflags, address);
    panic_print("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
    panic_print("  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx\n", f->rsi, f->rdi, f->rbp, f->r8);
    panic_print("  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
    panic_print("  r13 %016lx  r14 %016lx  r15 %016lx\n", f->r13, f->r14, f->r15);
    panic_backtrace(f->rip, f->rbp);
#ifdef CONFIG_LIB_MULTIPROCESSOR
    panic_elsewhere();
#endif
    platform_crash();
}
