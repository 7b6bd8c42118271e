/*
 * Which packets may pass between the stack and a network card.
 *
 * packet_filter_pass() is asked for every packet of IPv4 or IPv6, with the bytes from the IP header on;
 * `length` of them are together at `packet`, all headers at least where the packet is sound. It may be called
 * by handlers of interrupts; it never blocks, and remembers what it needs for the answers to a packet that
 * passes. Packets to the machine itself, and those that are not IP, are not asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum packet_direction { PACKET_IN, PACKET_OUT };

bool packet_filter_pass(enum packet_direction direction, const void *packet, size_t length);
