/*
 * Order of accesses to memory that is shared with a device.
 *
 * device_barrier() makes all earlier writes visible to devices before any later read takes place. Of a writer
 * and a reader who each write one word, pass a barrier, and read the other's word, at least one sees what the
 * other wrote.
 */
#pragma once

#if defined(__x86_64__)
/*
 * The locked instruction is the barrier. QEMU before 8.0 leaves it out when it translates code for a machine
 * of one processor, though its devices run beside it, and a notification is lost once in some ten thousand
 * packets: its translator passes a barrier of the host when it goes back to its main loop, as it does after
 * POPF. That costs some ten nanoseconds where it is not needed. The 128 bytes are a red zone, which code that
 * a host runs may have.
 */
static inline void device_barrier(void)
{
    __asm__ volatile("lock orq $0, -8(%%rsp)\n\t"
                     "lea -128(%%rsp), %%rsp\n\t"
                     "pushfq\n\t"
                     "popfq\n\t"
                     "lea 128(%%rsp), %%rsp"
                     :
                     :
                     : "memory", "cc");
}
#else
static inline void device_barrier(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif
