/*
 * Pointers of the application that lead nowhere.
 *
 * access_probe_read() and access_probe_write() touch the first and the last of `size` bytes, and return
 * whether that can be done; what is between them is not looked at. It costs some instructions and gives what
 * is on demand. A system call that begins with it answers -EFAULT where it would end in a fault of the kernel
 * otherwise.
 *
 * access_probe_exit() is for those who catch exceptions: where to go on after one at the instruction
 * `address`, 0 if that is not one of these functions'.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool access_probe_read(const void *start, size_t size);
bool access_probe_write(void *start, size_t size);
uintptr_t access_probe_exit(uintptr_t address);
