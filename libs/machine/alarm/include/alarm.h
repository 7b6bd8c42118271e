/*
 * One alarm a processor.
 *
 * alarm_set() asks for an interrupt when clock_monotonic() reaches `deadline`; it replaces what was asked
 * before. ALARM_NEVER asks for none, though one may still come: an interrupt that finds nothing due is
 * normal, and so is one that comes early when the deadline is far away: whoever asked looks at the clock and
 * asks again. A deadline that has passed makes the interrupt come at once. The interrupt has no handler; what
 * it interrupts is the point.
 */
#pragma once

#include <stdint.h>

#define ALARM_NEVER UINT64_MAX

void alarm_set(uint64_t deadline);
