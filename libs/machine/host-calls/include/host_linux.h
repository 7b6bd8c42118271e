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
#define HOST_CALL_FSYNC 74
#define HOST_CALL_FTRUNCATE 77
#define HOST_CALL_FCHMOD 91
#define HOST_CALL_FSTATFS 138
#define HOST_CALL_GETDENTS64 217
#define HOST_CALL_MKDIRAT 258
#define HOST_CALL_MKNODAT 259
#define HOST_CALL_FCHOWNAT 260
#define HOST_CALL_UNLINKAT 263
#define HOST_CALL_LINKAT 265
#define HOST_CALL_SYMLINKAT 266
#define HOST_CALL_READLINKAT 267
#define HOST_CALL_UTIMENSAT 280
#define HOST_CALL_RENAMEAT2 316
#define HOST_CALL_STATX 332
#define HOST_CALL_OPENAT2 437
#define HOST_CALL_LANDLOCK_CREATE_RULESET 444
#define HOST_CALL_LANDLOCK_ADD_RULE 445
#define HOST_CALL_LANDLOCK_RESTRICT_SELF 446
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
#define HOST_CALL_FSYNC 82
#define HOST_CALL_FTRUNCATE 46
#define HOST_CALL_FCHMOD 52
#define HOST_CALL_FSTATFS 44
#define HOST_CALL_GETDENTS64 61
#define HOST_CALL_MKDIRAT 34
#define HOST_CALL_MKNODAT 33
#define HOST_CALL_FCHOWNAT 54
#define HOST_CALL_UNLINKAT 35
#define HOST_CALL_LINKAT 37
#define HOST_CALL_SYMLINKAT 36
#define HOST_CALL_READLINKAT 78
#define HOST_CALL_UTIMENSAT 88
#define HOST_CALL_RENAMEAT2 276
#define HOST_CALL_STATX 291
#define HOST_CALL_OPENAT2 437
#define HOST_CALL_LANDLOCK_CREATE_RULESET 444
#define HOST_CALL_LANDLOCK_ADD_RULE 445
#define HOST_CALL_LANDLOCK_RESTRICT_SELF 446
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
#define O_RDWR 2
#define O_CREAT 0100
#define O_EXCL 0200
#define O_NOCTTY 0400
#define O_CLOEXEC 02000000
#define O_PATH 010000000
#define AT_SYMLINK_NOFOLLOW 0x100
#define AT_REMOVEDIR 0x200
#define AT_EMPTY_PATH 0x1000
#if defined(__aarch64__) /* arch/arm64/include/uapi/asm/fcntl.h */
#define O_DIRECTORY 040000
#define O_NOFOLLOW 0100000
#else
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000
#endif
#define O_NONBLOCK 04000 /* a pipe with no writer must not hang the start */
#define SEEK_SET 0
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

/* include/uapi/linux/openat2.h */
#define RESOLVE_NO_MAGICLINKS 2
#define RESOLVE_BENEATH 8
#ifndef __ASSEMBLER__
struct host_open_how {
    unsigned long flags;
    unsigned long mode;
    unsigned long resolve;
};
#endif

/* include/uapi/linux/stat.h */
#define STATX_BASIC_STATS 0x7ff
#define UTIME_NOW 0x3fffffff
#define UTIME_OMIT 0x3ffffffe
#ifndef __ASSEMBLER__
struct host_statx_time {
    long seconds;
    unsigned nanoseconds;
    int reserved;
};
struct host_statx {
    unsigned mask, block_size;
    unsigned long attributes;
    unsigned links, user, group;
    unsigned short mode, spare0;
    unsigned long inode, size, blocks, attributes_mask;
    struct host_statx_time access_time, birth_time, change_time, modification_time;
    unsigned special_major, special_minor, device_major, device_minor;
    unsigned long spare[14];
};
_Static_assert(sizeof(struct host_statx) == 256, "as long as the host's");
#endif

/* include/uapi/asm-generic/statfs.h, on machines of 64 bits */
#ifndef __ASSEMBLER__
struct host_statfs {
    long type, block_size;
    unsigned long blocks, free_blocks, available_blocks, files, free_files, id;
    long name_length, fragment_size, flags;
    long spare[4];
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
