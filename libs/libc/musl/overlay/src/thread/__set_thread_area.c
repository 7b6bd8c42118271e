/*
 * Replaces the system call of each architecture: the image sets the register itself. The interface
 * thread.pointer declares the function.
 */
#include "pthread_impl.h"

hidden void thread_pointer_set(void *);

int __set_thread_area(void *pointer)
{
    thread_pointer_set(pointer);
    return 0;
}
