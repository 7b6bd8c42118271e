/*
 * Interrupts of x86_64, for the machine's own libraries.
 *
 * interrupts_setup() makes the table of exceptions and interrupts and prepares the local APIC, the first time
 * it is called. Without it that happens when interrupts are first used.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

void interrupts_setup(void);

/*
 * Between processors, where sched.parallel is. interrupts_processor_setup() is what a further processor calls
 * for itself; interrupts_processor_id() is the number of the own local APIC. interrupts_send() sends that of
 * the number `id` a vector or one of the INTERRUPTS_SEND commands. Of the vectors, INTERRUPTS_ASK has the
 * processor look for what is due, INTERRUPTS_FORGET calls multiprocessor_answer(). interrupts_expected()
 * tells whether a device may interrupt.
 */
#define INTERRUPTS_ASK 61
#define INTERRUPTS_FORGET 62

/* Intel SDM volume 3, 10.6.1: delivery mode and level of the interrupt command register. */
#define INTERRUPTS_SEND_INIT 0x4500u
#define INTERRUPTS_SEND_STARTUP 0x4600u /* and the number of the page where it begins */
#define INTERRUPTS_SEND_STOP 0x4400u    /* NMI */

void interrupts_processor_setup(void);
uint32_t interrupts_processor_id(void);
void interrupts_send(uint32_t id, uint32_t command);
bool interrupts_expected(void);
