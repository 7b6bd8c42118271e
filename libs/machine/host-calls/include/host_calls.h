/*
 * System calls of the Linux host (platform `process` only).
 *
 * host_call() makes the call `number` (Linux's number for this architecture) and returns what the kernel returned: a value, or
 * a negated errno. The call must be declared under `host-syscalls:` in the manifest of the library that makes it:
 * the seccomp filter is derived from those declarations, and anything else kills the process.
 */
#pragma once

long host_call(long number, long a, long b, long c, long d, long e, long f);
