/*
 * Sets of memory ranges, kept in boot_info: page-aligned, ascending, disjoint, not touching each other.
 *
 * boot_ranges_add() adds the whole pages inside [start, end); boot_ranges_remove() takes away every page that
 * [start, end) touches. An empty or inverted range changes nothing. When there are more ranges than boot_info
 * holds, the smallest piece is lost: memory may go unused, but none is ever listed wrongly.
 */
#pragma once

#include <boot_info.h>
#include <stdbool.h>
#include <stdint.h>

/* What the processor tables of this image can map: one table of 512 GiB. Memory above is not used. */
#define RANGES_LIMIT ((uint64_t)1 << 39)

void boot_ranges_add(struct boot_info *info, uint64_t start, uint64_t end);
void boot_ranges_remove(struct boot_info *info, uint64_t start, uint64_t end);

/* Whether all of [start, end) lies in one range. */
bool boot_ranges_hold(const struct boot_info *info, uint64_t start, uint64_t end);
