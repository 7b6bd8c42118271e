#include <stdint.h>
#include <thread_pointer.h>

#define MSR_FS_BASE 0xc0000100u /* Intel SDM volume 4, table 2-2 */

/* The register is written through its MSR: WRFSBASE is faster, but not every processor has it, and finding
 * out costs an exit to the hypervisor. */
void thread_pointer_set(void *pointer)
{
    uintptr_t base = (uintptr_t)pointer;

    __asm__ volatile("wrmsr"
                     :
                     : "c"(MSR_FS_BASE), "a"((uint32_t)base), "d"((uint32_t)(base >> 32))
                     : "memory");
}
