/*
 * Interrupts that a device makes by writing a word to an address (MSI, MSI-X).
 *
 * interrupt_message_attach() registers a handler (interrupts.h) and tells what the device is to write where.
 * It stays for good. -ENOSPC: no more interrupts.
 */
#pragma once

#include <interrupts.h>
#include <stdint.h>

struct interrupt_message {
    uint64_t address;
    uint32_t data;
};

int interrupt_message_attach(interrupts_handler *handler, void *argument, struct interrupt_message *message);
