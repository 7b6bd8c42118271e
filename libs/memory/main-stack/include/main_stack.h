/*
 * The stack of the application's first thread.
 *
 * main_stack_run() calls `function(argument)`, which must not return, on that stack. What lies on the
 * caller's stack stays as it is. It panics where there is no memory for it.
 */
#pragma once

_Noreturn void main_stack_run(void (*function)(void *argument), void *argument);
