/*
 * The identity map beyond the image's own pages.
 *
 * entry_map_memory() maps [start, end) readable, writable and not executable, by pages as large as the
 * processor has. Page tables that it lacks are taken out of `info`'s free ranges. It panics when there is no
 * room for one.
 *
 * entry_map_end_of_reading() takes page 0 out of boot_reach()'s window (boot_protocol.h), which must not be
 * used after it.
 */
#pragma once

#include <boot_info.h>
#include <stdint.h>

void entry_map_memory(struct boot_info *info, uint64_t start, uint64_t end);
void entry_map_end_of_reading(void);
