/*
 * Files and descriptors: Linux's include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h,
 * include/linux/dirent.h.
 *
 * Some O_ flags have other values on some architectures: linux_open_flags() of linux_layout.h turns an
 * application's flags into these.
 */
#pragma once

#include <linux_io.h>
#include <stddef.h>
#include <stdint.h>

#define LINUX_O_ACCMODE 03
#define LINUX_O_RDONLY 00
#define LINUX_O_WRONLY 01
#define LINUX_O_CREAT 0100
#define LINUX_O_EXCL 0200
#define LINUX_O_TRUNC 01000
#define LINUX_O_APPEND 02000
#define LINUX_O_NONBLOCK 04000
#define LINUX_O_DSYNC 010000
#define LINUX_O_DIRECT 040000
#define LINUX_O_DIRECTORY 0200000
#define LINUX_O_NOFOLLOW 0400000
#define LINUX_O_CLOEXEC 02000000
#define LINUX_O_SYNC (04000000 | LINUX_O_DSYNC)
#define LINUX_O_PATH 010000000
#define LINUX_O_TMPFILE (020000000 | LINUX_O_DIRECTORY)

#define LINUX_AT_FDCWD (-100)
#define LINUX_AT_SYMLINK_NOFOLLOW 0x100
#define LINUX_AT_REMOVEDIR 0x200
#define LINUX_AT_SYMLINK_FOLLOW 0x400
#define LINUX_AT_EMPTY_PATH 0x1000

#define LINUX_F_DUPFD 0
#define LINUX_F_GETLK 5
#define LINUX_F_SETLK 6
#define LINUX_F_SETLKW 7
#define LINUX_F_SETOWN 8
#define LINUX_F_GETOWN 9
#define LINUX_F_OFD_GETLK 36 /* locks of open files */
#define LINUX_F_OFD_SETLK 37
#define LINUX_F_OFD_SETLKW 38
#define LINUX_F_DUPFD_CLOEXEC 1030
#define LINUX_F_SETPIPE_SZ 1031
#define LINUX_F_GETPIPE_SZ 1032
#define LINUX_FD_CLOEXEC 1

/* struct flock of 64-bit architectures: include/uapi/asm-generic/fcntl.h */
struct linux_flock {
    int16_t type; /* LINUX_F_UNLCK: no lock */
    int16_t whence;
    int64_t start;
    int64_t length; /* 0: to the end, wherever that will be */
    int32_t pid;
};
#define LINUX_F_RDLCK 0
#define LINUX_F_WRLCK 1
#define LINUX_F_UNLCK 2

#define LINUX_LOCK_SH 1 /* flock(2) */
#define LINUX_LOCK_EX 2
#define LINUX_LOCK_NB 4
#define LINUX_LOCK_UN 8

/* close_range(2): include/uapi/linux/close_range.h */
#define LINUX_CLOSE_RANGE_UNSHARE 2
#define LINUX_CLOSE_RANGE_CLOEXEC 4

/* preadv2(2): include/uapi/linux/fs.h; those that change nothing where nothing is cached */
#define LINUX_RWF_HIPRI 1
#define LINUX_RWF_DSYNC 2
#define LINUX_RWF_SYNC 4

#define LINUX_SEEK_SET 0
#define LINUX_SEEK_CUR 1
#define LINUX_SEEK_END 2

#define LINUX_X_OK 1 /* access(2); include/linux/fs.h MAY_EXEC, MAY_WRITE */
#define LINUX_W_OK 2

/* The most that one read or write moves: include/linux/fs.h MAX_RW_COUNT with pages of 4 KiB. */
#define LINUX_TRANSFER_MAX ((size_t)0x7ffff000)

/* A record of getdents64; each is padded to a multiple of 8 bytes. */
struct linux_dirent64 {
    uint64_t inode;
    int64_t next; /* position of the next record */
    uint16_t record_length;
    uint8_t type; /* (st_mode & S_IFMT) >> 12 */
    char name[];  /* NUL-terminated */
};

#define LINUX_UTIME_NOW 0x3fffffff /* as nanoseconds; include/linux/stat.h */
#define LINUX_UTIME_OMIT 0x3ffffffe
