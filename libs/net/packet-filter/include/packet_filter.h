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
#include <stdint.h>

enum packet_direction { PACKET_IN, PACKET_OUT };

bool packet_filter_pass(enum packet_direction direction, const void *packet, size_t length);

/* Packets since the start, by enum packet_direction. */
struct packet_filter_counters {
    uint64_t passed[2];
    uint64_t dropped[2]; /* denied, or not sound */
};

extern struct packet_filter_counters packet_filter_counters;

/* A rule as it was written, which is not a string of its own, and how many exchanges it has let begin. */
struct packet_filter_rule {
    const char *text;
    size_t length; /* characters */
    uint64_t used;
};

/* False: there are no more than `number` rules, which are counted from 0. */
bool packet_filter_rule(unsigned number, struct packet_filter_rule *rule);
