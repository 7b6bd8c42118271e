/*
 * Page faults that are not errors.
 *
 * The library that catches exceptions calls page_fault_resolve() for every page fault, before anything else
 * is thought of: the application has touched `address`, or kernel code has on its behalf. `access` says how,
 * and whether a page is mapped there, whose permissions forbid it. If the function returns true the page is
 * there and the instruction is tried again, with all registers as they were; if it returns false nothing has
 * changed, and the fault becomes a signal or a report.
 *
 * It runs with interrupts off, on a stack of its own of which it may use PAGE_FAULT_STACK bytes, in the
 * middle of any code, with or without the guard (kernel_guard.h), which it need not hold: nobody else runs
 * meanwhile. So it must neither block nor touch memory that itself might not be there; and code that changes
 * what it looks at must not touch the application's memory until its data are whole again.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PAGE_FAULT_READ 1u
#define PAGE_FAULT_WRITE 2u
#define PAGE_FAULT_EXECUTE 4u
#define PAGE_FAULT_PRESENT 8u /* with one of the above */

#define PAGE_FAULT_STACK 2048

enum page_fault_reason {
    PAGE_FAULT_UNMAPPED,  /* nothing is there */
    PAGE_FAULT_FORBIDDEN, /* something is, and its permissions forbid the access */
    PAGE_FAULT_BEYOND,    /* a mapping of a file reaches beyond its end there, or reading it failed */
};

bool page_fault_resolve(uintptr_t address, unsigned access);
enum page_fault_reason page_fault_reason(uintptr_t address);
