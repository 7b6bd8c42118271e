/*
 * Faults of an image that runs as a process.
 *
 * traps_host_install() makes every fault (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP) end in a report on the
 * console and platform_crash(); the report has a stack of its own, so that the overflow of any stack is
 * reported too. It makes host calls that no manifest declares: the platform calls it once, before the filter
 * stands. Returns 0 or the host's negated errno.
 */
#pragma once

int traps_host_install(void);
