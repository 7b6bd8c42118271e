/*
 * The first thread's stack: in the address space, large, given when it is touched, above a guard.
 */
#include <address_space.h>
#include <config.h>
#include <context.h>
#include <main_stack.h>
#include <panic.h>

#define KIB ((size_t)1024)
#define SIZE (CONFIG_MAIN_STACK_KIB * KIB & ~(size_t)4095)
#define PROMISED (64 * KIB)
#define GUARD (64 * KIB) /* more than a function's locals skip, as a rule */

static struct context boot, first;
static void (*run)(void *argument);
static void *run_with;

static void begin(void)
{
    run(run_with);
    __builtin_trap();
}

/* Protects [start, end) of the mapping so. */
static void make(uintptr_t start, uintptr_t end, int protection, unsigned flags)
{
    struct region region = {
        .start = start, .end = end, .protection = protection, .flags = flags | REGION_SMALL};

    if (address_space_map(&region, ADDRESS_SPACE_REPLACE) != 0)
        panic("no memory for the first thread's stack");
}

_Noreturn void main_stack_run(void (*function)(void *argument), void *argument)
{
    struct region all = {.start = 0, .end = GUARD + SIZE, .protection = PAGE_NONE, .flags = REGION_SMALL};

    if (address_space_map(&all, ADDRESS_SPACE_ANYWHERE) != 0)
        panic("no room for the first thread's stack");
    if (SIZE > PROMISED)
        make(all.start + GUARD, all.end - PROMISED, PAGE_READ | PAGE_WRITE, REGION_NO_RESERVE);
    make(all.end - PROMISED, all.end, PAGE_READ | PAGE_WRITE, 0);
    run = function;
    run_with = argument;
    context_prepare(&first, (void *)all.end, begin, NULL);
    context_switch(&boot, &first);
    __builtin_unreachable();
}
