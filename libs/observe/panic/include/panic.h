/*
 * When the kernel cannot go on.
 *
 * panic() prints `panic: `, the message (as format() makes it), which thread it was where there are several,
 * and a backtrace to the console, and ends the image with platform_crash(). It works at any time, from any
 * context, and allocates nothing. A line longer than 159 bytes is cut.
 *
 * The other functions are for those who write a report of their own, as exception handlers do. panic_begin()
 * comes first: it prints what the log holds that was not seen yet (log.h); if a report is under way already
 * (the report itself has failed), it ends the image at once. panic_print() prints. panic_backtrace() prints
 * how far the image was moved (image_move.h), if it can be, and ` at` lines for the code address `pc` and for
 * the callers that the chain of frame pointers beginning at `frame` leads to, as far as the chain makes
 * sense. Where there are several processors, panic_begin() stops the others, and panic_elsewhere() prints
 * where each was; a report ends with that.
 */
#pragma once

#include <stdint.h>

_Noreturn void panic(const char *message, ...) __attribute__((format(printf, 1, 2), cold));

void panic_begin(void);
void panic_print(const char *text, ...) __attribute__((format(printf, 1, 2), cold));
void panic_backtrace(uintptr_t pc, uintptr_t frame);
void panic_elsewhere(void);
