/*
 * System calls of the Linux host (platform `process` only).
 *
 * host_call() makes the call `number` (a HOST_CALL_... of host_linux.h) and returns what the kernel returned:
 * a value, or a negated errno. The call must be declared under `host-syscalls:` in the manifest of the
 * library that makes it: the seccomp filter is derived from those declarations, and anything else kills the
 * process. Only what runs before the filter is installed (the platform's own entry code) may make other
 * calls.
 *
 * host_auxiliary() returns the value of an entry of the auxiliary vector that the host gave the process
 * (AT_... of host_linux.h), 0 if there is no such entry.
 */
#pragma once

long host_call(long number, long a, long b, long c, long d, long e, long f);
unsigned long host_auxiliary(unsigned long type);
