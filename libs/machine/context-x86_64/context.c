#include "frame.h"

#include <context.h>
#include <thread_pointer.h>

void context_x86_64_switch(void **from, void *to);
void context_x86_64_begin(void);

void context_prepare(struct context *context, void *stack_end, void (*entry)(void), void *thread_pointer)
{
    /* The frame is a multiple of 16 bytes: when it is gone, the stack is aligned as a call wants it. */
    struct frame *frame = (struct frame *)((uintptr_t)stack_end & ~(uintptr_t)15) - 1;

    *frame = (struct frame){.rbx = (uintptr_t)entry, .rip = (uintptr_t)context_x86_64_begin};
    __asm__ volatile("stmxcsr %0" : "=m"(frame->mxcsr));
    __asm__ volatile("fnstcw %0" : "=m"(frame->x87_control));
    context->stack = frame;
    context->thread_pointer = thread_pointer;
}

/* Writing the register is slow on some processors, and switches between threads of the kernel need not. */
void context_switch(struct context *from, struct context *to)
{
    if (to->thread_pointer && to->thread_pointer != from->thread_pointer)
        thread_pointer_set(to->thread_pointer);
    context_x86_64_switch(&from->stack, to->stack);
}

/* ELF Handling For Thread-Local Storage, 3.4.6: the first word that it points to is the pointer itself. */
void *context_thread_pointer(void)
{
    void *pointer;

    __asm__("mov %%fs:0, %0" : "=r"(pointer));
    return pointer;
}

uintptr_t context_frame(const struct context *context)
{
    return ((const struct frame *)context->stack)->rbp;
}
