/*
 * The system call filter of an image that runs as a process.
 *
 * host_filter[] is generated from what the selected libraries declare under `host-syscalls:`; a call that no
 * declaration covers kills the process (SIGSYS). host_filter_install() hands it to the host, after which
 * nothing can take it back; it returns 0 or the host's negated errno (-ENOSYS, -EINVAL: the host has no
 * seccomp filters). The platform calls it once, after the last call that is not declared.
 */
#pragma once

#include <host_linux.h>
#include <stdint.h>

/* An instruction of classic BPF: struct sock_filter of include/uapi/linux/filter.h. */
struct sock_filter {
    uint16_t code;
    uint8_t jt; /* how many instructions a conditional jump skips if the condition holds, */
    uint8_t jf; /* and if it does not */
    uint32_t k;
};

extern const struct sock_filter host_filter[];
extern const uint16_t host_filter_length; /* instructions, at most 4096 (BPF_MAXINSNS) */

int host_filter_install(void);
