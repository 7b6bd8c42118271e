/* Where the host sends the end of a signal handler: rt_sigreturn(2), whose frame begins at the stack pointer. */
#include <host_linux.h>

    .section .text.interrupts_host_return, "ax", @progbits
    .globl interrupts_host_return
    .hidden interrupts_host_return
    .type interrupts_host_return, @function
interrupts_host_return:
    mov $HOST_CALL_RT_SIGRETURN, %eax
    syscall
    .size interrupts_host_return, . - interrupts_host_return

    .section .note.GNU-stack, "", @progbits
