/*
 * From the machine's entry to the application and to the end.
 *
 * boot_steps is generated: the init functions of the selected libraries in the order of their dependencies.
 * run() returns 0 or a negated errno, which ends the boot with a message and platform_crash().
 *
 * boot_main() is called once, on the boot stack, when boot_info is filled in. It runs the steps, calls
 * app_start() with the arguments of the command line, and ends with platform_exit() and what app_start()
 * returned.
 */
#pragma once

#include <stddef.h>

struct boot_step {
    const char *name; /* of the library */
    int (*run)(void);
};

extern const struct boot_step boot_steps[];
extern const size_t boot_step_count;

_Noreturn void boot_main(void);
