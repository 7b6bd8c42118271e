/*
 * The machine's processors.
 *
 * The first one, which boots, has the number 0. multiprocessor_start() starts the others, one after the
 * other, at most MULTIPROCESSOR_MAX in all, and returns how many run then. Each gets the next number and
 * calls `entry` with it, with interrupts off and on a stack of its own of MULTIPROCESSOR_STACK bytes, with
 * the first one's page tables, exceptions, interrupts and protection. It must not return. One that is listed
 * and does not come is left out, with a line in the log.
 *
 * Such a processor calls multiprocessor_join() when it holds the guard for the first time: from then on it
 * knows the page tables as they are, and is told of their changes.
 *
 * multiprocessor_forget() makes all processors that have joined look up the pages in [start, end) anew, and
 * returns when they do; `end` 0: all pages. The caller holds the guard. The others do it in an interrupt.
 * Whoever waits for the guard with interrupts off must therefore call multiprocessor_answer() again and
 * again.
 *
 * multiprocessor_ask() interrupts the processor `number`: as an interrupt that finds nothing due, unless
 * something is. multiprocessor_halt() stops the calling one until an interrupt comes, unless `unless`
 * returns true, which is asked with interrupts off; it returns with interrupts on.
 *
 * multiprocessor_devices() tells whether an interrupt of a device is to be reckoned with.
 *
 * multiprocessor_stop() stops all others for good, wherever they are, and returns when they are (or when one
 * does not listen for a second); the second who calls it is stopped itself, but for the same processor, to
 * which it returns. From its beginning on multiprocessor_stopping is true: the exception handler looks at it
 * before anything else, and calls multiprocessor_stopped() for the non-maskable interrupt by which a
 * processor is stopped, with where that was. multiprocessor_place() tells where; false: it runs, or there is
 * none of that number. From the end on multiprocessor_alone is true: locks are free, and nobody answers.
 *
 * A multiprocessor_word is a number that each processor has its own of: an array of MULTIPROCESSOR_MAX. The
 * functions for it work on the one of the processor that they run on, by one instruction each, so that who
 * may be moved to another at any moment may call them: add, get, set. multiprocessor_number() is one of
 * these. multiprocessor_own() reads a pointer in the same way: of an array with one for each processor, as
 * far apart as these words are. multiprocessor_thread_pointer() is the thread pointer (thread_pointer.h) of
 * the code that runs, NULL if none has been set.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define MULTIPROCESSOR_MAX 8
#define MULTIPROCESSOR_STACK 16384

struct multiprocessor_word {
    volatile unsigned value;
} __attribute__((aligned(64))); /* a line of the cache each */

extern volatile bool multiprocessor_stopping, multiprocessor_alone;

unsigned multiprocessor_start(void (*entry)(unsigned number));
unsigned multiprocessor_number(void);
void multiprocessor_join(void);
void multiprocessor_forget(uintptr_t start, uintptr_t end);
void multiprocessor_answer(void);
void multiprocessor_ask(unsigned number);
void multiprocessor_halt(bool (*unless)(void));
bool multiprocessor_devices(void);
void multiprocessor_stop(void);
_Noreturn void multiprocessor_stopped(uintptr_t pc, uintptr_t frame);
bool multiprocessor_place(unsigned number, uintptr_t *pc, uintptr_t *frame);
void *multiprocessor_thread_pointer(void);

void multiprocessor_word_add(struct multiprocessor_word *first, unsigned by);
unsigned multiprocessor_word_get(const struct multiprocessor_word *first);
void multiprocessor_word_set(struct multiprocessor_word *first, unsigned value);
void *multiprocessor_own(const void *first);
