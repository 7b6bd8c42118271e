/*
 * The stack protector of GCC and Clang (-fstack-protector-strong, -mstack-protector-guard=global): functions
 * with buffers keep a copy of __stack_chk_guard below their return address, and call __stack_chk_fail()
 * instead of returning when it has changed.
 *
 * Where a provider of this interface is selected, the composer compiles the libraries and the application
 * with these options; the C library itself, which is built once for all images, it does not.
 *
 * stack_protector_init() gives the guard its value, and panics where the machine has no entropy. It is called
 * once, by boot_main(), which never returns: a function that is active meanwhile would not survive its
 * return.
 */
#pragma once

#include <stdint.h>

extern uintptr_t __stack_chk_guard;

_Noreturn void __stack_chk_fail(void);
void stack_protector_init(void);
