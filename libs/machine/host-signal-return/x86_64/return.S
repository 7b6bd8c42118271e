/* Where the host sends the end of a signal handler: rt_sigreturn(2), whose frame begins at the stack pointer. */
#include <host_linux.h>

    .section .text.host_signal_return, "ax", @progbits
    .globl host_signal_return
    .hidden host_signal_return
    .type host_signal_return, @function
host_signal_return:
    mov $HOST_CALL_RT_SIGRETURN, %eax
    syscall
    .size host_signal_return, . - host_signal_return

    .section .note.GNU-stack, "", @progbits
