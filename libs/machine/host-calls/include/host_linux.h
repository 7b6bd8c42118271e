/*
 * Linux's user-space ABI, as far as the `process` platform needs it: names of the host's calls and of their
 * arguments.
 *
 * Manifests name a call under `host-syscalls:` without its prefix, and its arguments by these constants;
 * the generated filter includes this header. Numbers: arch/x86/entry/syscalls/syscall_64.tbl and
 * include/uapi/asm-generic/unistd.h. Only calls that both architectures have stand here, but for arch_prctl.
 */
#pragma once

#if defined(__x86_64__)
#define HOST_AUDIT_ARCH 0xc000003e                     /* AUDIT_ARCH_X86_64, include/uapi/linux/audit.h */
#define HOST_VDSO_CLOCK_GETTIME "__vdso_clock_gettime" /* vdso(7) */
#define HOST_CALL_READ 0
#define HOST_CALL_WRITE 1
#define HOST_CALL_CLOSE 3
#define HOST_CALL_LSEEK 8
#define HOST_CALL_MMAP 9
#define HOST_CALL_MPROTECT 10
#define HOST_CALL_MREMAP 25
#define HOST_CALL_MINCORE 27
#define HOST_CALL_MADVISE 28
#define HOST_CALL_RT_SIGACTION 13
#define HOST_CALL_RT_SIGRETURN 15
#define HOST_CALL_READV 19
#define HOST_CALL_WRITEV 20
#define HOST_CALL_SETITIMER 38
#define HOST_CALL_SENDMSG 46
#define HOST_CALL_RECVMSG 47
#define HOST_CALL_SIGALTSTACK 131
#define HOST_CALL_FDATASYNC 75
#define HOST_CALL_PRCTL 157
#define HOST_CALL_ARCH_PRCTL 158
#define HOST_CALL_CLOCK_GETTIME 228
#define HOST_CALL_EXIT_GROUP 231
#define HOST_CALL_OPENAT 257
#define HOST_CALL_PPOLL 271
#define HOST_CALL_FALLOCATE 285
#define HOST_CALL_PREADV 295
#define HOST_CALL_PWRITEV 296
#define HOST_CALL_SECCOMP 317
#define HOST_CALL_GETRANDOM 318
#elif defined(__aarch64__)
#define HOST_AUDIT_ARCH 0xc00000b7 /* AUDIT_ARCH_AARCH64 */
#define HOST_VDSO_CLOCK_GETTIME "__kernel_clock_gettime"
#define HOST_CALL_FALLOCATE 47
#define HOST_CALL_OPENAT 56
#define HOST_CALL_CLOSE 57
#define HOST_CALL_LSEEK 62
#define HOST_CALL_READ 63
#define HOST_CALL_WRITE 64
#define HOST_CALL_READV 65
#define HOST_CALL_WRITEV 66
#define HOST_CALL_PREADV 69
#define HOST_CALL_PWRITEV 70
#define HOST_CALL_PPOLL 73
#define HOST_CALL_FDATASYNC 83
#define HOST_CALL_EXIT_GROUP 94
#define HOST_CALL_CLOCK_GETTIME 113
#define HOST_CALL_SETITIMER 103
#define HOST_CALL_SIGALTSTACK 132
#define HOST_CALL_RT_SIGACTION 134
#define HOST_CALL_RT_SIGRETURN 139
#define HOST_CALL_PRCTL 167
#define HOST_CALL_SENDMSG 211
#define HOST_CALL_RECVMSG 212
#define HOST_CALL_MMAP 222
#define HOST_CALL_MPROTECT 226
#define HOST_CALL_MREMAP 216
#define HOST_CALL_MINCORE 232
#define HOST_CALL_MADVISE 233
#define HOST_CALL_SECCOMP 277
#define HOST_CALL_GETRANDOM 278
#else
#error "the numbers of Linux's system calls on this architecture stand here"
#endif

/* include/uapi/linux/auxvec.h */
#define AT_NULL 0
#define AT_HWCAP2 26
#define AT_SYSINFO_EHDR 33
#define AT_MINSIGSTKSZ 51

/* include/uapi/linux/fcntl.h, fs.h */
#define AT_FDCWD (-100)
#define O_RDONLY 0
#define O_NONBLOCK 04000 /* a pipe with no writer must not hang the start */
#define SEEK_END 2

/* include/uapi/linux/falloc.h */
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
#define FALLOC_FL_ZERO_RANGE 0x10

/* include/uapi/asm-generic/mman-common.h, mman.h */
#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4
#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_NORESERVE 0x4000
#define MADV_DONTNEED 4

/* include/uapi/linux/mman.h */
#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2

/* include/uapi/asm-generic/poll.h */
#define POLLIN 1
#define POLLOUT 4
#ifndef __ASSEMBLER__
struct host_pollfd {
    int fd;
    short events;
    short revents;
};
#endif

/* include/uapi/linux/uio.h, include/linux/socket.h */
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000
#ifndef __ASSEMBLER__
struct host_iovec {
    const void *base;
    unsigned long length;
};
struct host_msghdr {
    void *name;
    int name_length;
    const struct host_iovec *parts;
    unsigned long part_count;
    void *control;
    unsigned long control_length;
    unsigned flags;
};
#endif

/* include/uapi/asm-generic/signal.h */
#define SIGALRM 14

/* include/uapi/linux/time.h, time_types.h */
#define ITIMER_REAL 0
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#ifndef __ASSEMBLER__
struct host_timespec {
    long seconds;
    long nanoseconds;
};
#endif

/* arch/x86/include/uapi/asm/prctl.h */
#define ARCH_SET_FS 0x1002

/* include/uapi/linux/prctl.h, seccomp.h */
#define PR_SET_NO_NEW_PRIVS 38
#define SECCOMP_SET_MODE_FILTER 1
