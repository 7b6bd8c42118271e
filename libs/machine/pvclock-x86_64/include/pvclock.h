/*
 * The clock of a guest of KVM (Linux, Documentation/virt/kvm/x86/msr.rst).
 *
 * pvclock_start() asks the hypervisor for it; false if there is none. After that pvclock_read() is the time
 * since the machine began, and pvclock_boot_time() the time of day at which it did, both in nanoseconds. The
 * latter returns 0 if the hypervisor does not tell.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool pvclock_start(void);
uint64_t pvclock_read(void);
uint64_t pvclock_boot_time(void);
