/*
 * What the firewall has done since the start.
 */
#pragma once

#include <stdint.h>

struct firewall_counters {
    uint64_t passed[2];  /* packets, by enum packet_direction */
    uint64_t dropped[2]; /* denied, or not sound */
};

extern struct firewall_counters firewall_counters;
