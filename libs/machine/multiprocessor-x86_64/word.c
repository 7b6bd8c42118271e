/*
 * The base of a processor's GS segment is how far its words lie behind those of the first, whose base is 0
 * from the beginning. Nothing else uses the segment: neither the C library nor the compiler does.
 */
#include "parts.h"

void multiprocessor_word_add(struct multiprocessor_word *first, unsigned by)
{
    __asm__ volatile("addl %1, %%gs:%0" : "+m"(first->value) : "r"(by) : "memory", "cc");
}

unsigned multiprocessor_word_get(const struct multiprocessor_word *first)
{
    unsigned value;

    __asm__ volatile("movl %%gs:%1, %0" : "=r"(value) : "m"(first->value) : "memory");
    return value;
}

void multiprocessor_word_set(struct multiprocessor_word *first, unsigned value)
{
    __asm__ volatile("movl %1, %%gs:%0" : "=m"(first->value) : "r"(value) : "memory");
}

void *multiprocessor_own(const void *first)
{
    void *value;

    __asm__ volatile("movq %%gs:%1, %0" : "=r"(value) : "m"(*(void *const *)first) : "memory");
    return value;
}

void *multiprocessor_thread_pointer(void)
{
    return (void *)multiprocessor_msr(MSR_FS_BASE);
}
