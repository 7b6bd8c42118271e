/*
 * The end of an image.
 *
 * platform_exit() ends it with an application's exit status (its low 8 bits count, as for Linux's
 * exit_group). platform_crash() ends it when the kernel cannot go on: whoever started it is told so and
 * reports status 126. Neither returns, flushes or allocates; both work at any time, from any context.
 */
#pragma once

_Noreturn void platform_exit(int status);
_Noreturn void platform_crash(void);
