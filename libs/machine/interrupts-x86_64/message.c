#include <interrupt_message.h>

/* Intel SDM volume 3, 11.11: to the local APIC whose number stands in bits 12 to 19, an edge of a vector. */
#define MESSAGE_ADDRESS 0xfee00000u
#define MESSAGE_DESTINATION_SHIFT 12

#define CPUID_FEATURES 1 /* EBX, bits 24 to 31: the number of the local APIC */

int interrupt_message_attach(interrupts_handler *handler, void *argument, struct interrupt_message *message)
{
    uint32_t eax = CPUID_FEATURES, ebx;
    int vector = interrupts_attach(handler, argument);

    if (vector < 0)
        return vector;
    __asm__("cpuid" : "+a"(eax), "=b"(ebx) : : "rcx", "rdx");
    message->address = MESSAGE_ADDRESS | ebx >> 24 << MESSAGE_DESTINATION_SHIFT;
    message->data = (uint32_t)vector;
    return 0;
}
