/*
 * Interrupts of x86_64, for the machine's own libraries.
 *
 * interrupts_setup() makes the table of exceptions and interrupts and prepares the local APIC, the first time
 * it is called. Without it that happens when interrupts are first used.
 */
#pragma once

void interrupts_setup(void);
