#include <host_calls.h>
#include <host_linux.h>
#include <thread_pointer.h>

#define HWCAP2_FSGSBASE (1 << 1) /* arch/x86/include/uapi/asm/hwcap2.h: the host enabled WRFSBASE */

void thread_pointer_set(void *pointer)
{
    if (host_auxiliary(AT_HWCAP2) & HWCAP2_FSGSBASE)
        __asm__ volatile("wrfsbase %0" : : "r"(pointer) : "memory");
    else
        host_call(HOST_CALL_ARCH_PRCTL, ARCH_SET_FS, (long)pointer, 0, 0, 0, 0);
}
