/*
 * What a program maps, so that it can be given back when the program ends. A program's calls that change
 * mappings, and the thread pointer, come here first.
 */
#include "process.h"

#include <errno.h>
#include <heap.h>
#include <kernel_guard.h>
#include <memory_calls.h>
#include <pages.h>
#include <string.h>
#include <thread_pointer.h>

#define MREMAP_DONTUNMAP 4 /* Linux, include/uapi/linux/mman.h */

/* Whole pages; mappings of one program do not overlap. */
struct mapping {
    struct mapping *next;
    uintptr_t start, end;
};

static uintptr_t end_of(uintptr_t start, size_t length)
{
    return start + ((length + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1));
}

static int add(struct process_image *image, uintptr_t start, uintptr_t end)
{
    struct mapping *new = heap_alloc(sizeof(*new));

    if (!new)
        return -ENOMEM;
    *new = (struct mapping){image->mappings, start, end};
    image->mappings = new;
    return 0;
}

/* Takes [start, end) out. That may make two mappings of one: then it can fail, and nothing has changed. */
static int take_out(struct process_image *image, uintptr_t start, uintptr_t end)
{
    for (struct mapping **place = &image->mappings, *one; (one = *place) != NULL;) {
        if (one->end <= start || one->start >= end) {
            place = &one->next;
        } else if (one->start < start && one->end > end) {
            int error = add(image, end, one->end);

            if (error == 0)
                one->end = start;
            return error; /* no other overlaps */
        } else if (one->start < start) {
            one->end = start;
        } else if (one->end > end) {
            one->start = end;
        } else {
            *place = one->next;
            heap_free(one);
        }
    }
    return 0;
}

static struct process_image *own(void)
{
    return processes_current()->image;
}

static long map(long address, long length, long protection, long flags, long fd, long offset)
{
    long start;
    int error;

    kernel_enter();
    start = sys_mmap(address, length, protection, flags, fd, offset);
    if (start >= 0 || start < -4095) {
        /* What was there has given way. If it cannot be noted, what follows is noted twice at worst. */
        error = take_out(own(), (uintptr_t)start, end_of((uintptr_t)start, (size_t)length));
        if (error == 0)
            error = add(own(), (uintptr_t)start, end_of((uintptr_t)start, (size_t)length));
        if (error) {
            sys_munmap(start, length);
            start = error;
        }
    }
    kernel_leave();
    return start;
}

static long unmap(long start, long length, long c, long d, long e, long f)
{
    long result;

    (void)c, (void)d, (void)e, (void)f;
    kernel_enter();
    result = take_out(own(), (uintptr_t)start, end_of((uintptr_t)start, (size_t)length));
    if (result == 0)
        result = sys_munmap(start, length);
    kernel_leave();
    return result;
}

static long remap(long start, long old_length, long length, long flags, long address, long f)
{
    long result = -EINVAL;

    (void)f;
    kernel_enter();
    if (!(flags & MREMAP_DONTUNMAP))
        result = sys_mremap(start, old_length, length, flags, address);
    if (result >= 0 || result < -4095) {
        /* Where these fail for want of memory, pages stay that nobody gives back: never the other way. */
        (void)take_out(own(), (uintptr_t)start, end_of((uintptr_t)start, (size_t)old_length));
        (void)take_out(own(), (uintptr_t)result, end_of((uintptr_t)result, (size_t)length));
        (void)add(own(), (uintptr_t)result, end_of((uintptr_t)result, (size_t)length));
    }
    kernel_leave();
    return result;
}

/* There is one break, the application's. This is one that never moves, so that malloc() maps its memory. */
static long brk(long end, long b, long c, long d, long e, long f)
{
    (void)end, (void)b, (void)c, (void)d, (void)e, (void)f;
    return 0;
}

/* The thread that a program begins on gets its thread pointer late. */
static long set_thread_pointer(long pointer, long b, long c, long d, long e, long f)
{
    (void)b, (void)c, (void)d, (void)e, (void)f;
    thread_pointer_set((void *)pointer);
    kthread_current()->context.thread_pointer = (void *)pointer;
    return 0;
}

program_function *process_memory_call(const char *name)
{
    static const struct program_call own_calls[] = {
        {"sys_brk", brk},
        {"sys_mmap", map},
        {"sys_mremap", remap},
        {"sys_munmap", unmap},
        {"thread_pointer_set", set_thread_pointer},
    };

    for (size_t i = 0; i < sizeof(own_calls) / sizeof(own_calls[0]); i++)
        if (strcmp(name, own_calls[i].name) == 0)
            return own_calls[i].function;
    return NULL;
}

void process_memory_unmap(struct process_image *image, void *start, size_t length)
{
    if (image && take_out(image, (uintptr_t)start, end_of((uintptr_t)start, length)))
        return; /* it is given back with the rest */
    sys_munmap((long)start, (long)length);
}

void process_memory_release(struct process_image *image)
{
    for (struct mapping *one; (one = image->mappings) != NULL;) {
        sys_munmap((long)one->start, (long)(one->end - one->start));
        image->mappings = one->next;
        heap_free(one);
    }
}
