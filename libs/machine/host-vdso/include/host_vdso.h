/*
 * The shared object that the host's kernel maps into every process (vdso(7)).
 *
 * host_vdso_function() returns the address of one of its functions, NULL if there is none of that name;
 * callers keep the answer. Such a function has the C calling convention of the architecture, vector registers
 * included, and may make the system call that it stands for: whoever calls it declares that call.
 */
#pragma once

void *host_vdso_function(const char *name);
