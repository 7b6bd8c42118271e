/*
 * The system calls under test, and what they need on the host: memory, a console, a table with ramfs in it.
 */
#pragma once

#include "../../../memory/heap/tests/fake_memory.h"

#include <console.h>
#include <console_input.h>
#include <errno.h>
#include <fcntl.h>
#include <file_content.h>
#include <fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vfs.h>

long sys_access(const char *path, long mode);
long sys_chdir(const char *path);
long sys_chmod(const char *path, long mode);
long sys_close(long fd);
long sys_dup(long fd);
long sys_dup2(long fd, long copy);
long sys_dup3(long fd, long copy, long flags);
long sys_fchdir(long fd);
long sys_fchmod(long fd, long mode);
long sys_fcntl(long fd, long command, long argument);
long sys_fstat(long fd, struct stat *stat);
long sys_fsync(long fd);
long sys_ftruncate(long fd, long size);
long sys_getcwd(char *buffer, long size);
long sys_getdents64(long fd, void *buffer, long size);
long sys_ioctl(long fd, long request, void *argument);
long sys_link(const char *old_path, const char *new_path);
long sys_linkat(long old_directory, const char *old_path, long new_directory, const char *new_path,
                long flags);
long sys_lseek(long fd, long offset, long whence);
long sys_lstat(const char *path, struct stat *stat);
long sys_mkdir(const char *path, long mode);
long sys_mkdirat(long directory, const char *path, long mode);
long sys_newfstatat(long directory, const char *path, struct stat *stat, long flags);
long sys_open(const char *path, long flags, long mode);
long sys_openat(long directory, const char *path, long flags, long mode);
long sys_pread64(long fd, void *buffer, long size, long offset);
long sys_pwrite64(long fd, const void *data, long size, long offset);
long sys_read(long fd, void *buffer, long size);
long sys_readlink(const char *path, char *buffer, long size);
long sys_readv(long fd, const struct iovec *pieces, long count);
long sys_rename(const char *old_path, const char *new_path);
long sys_renameat(long old_directory, const char *old_path, long new_directory, const char *new_path);
long sys_rmdir(const char *path);
long sys_stat(const char *path, struct stat *stat);
long sys_symlink(const char *target, const char *path);
long sys_truncate(const char *path, long size);
long sys_umask(long mask);
long sys_unlink(const char *path);
long sys_unlinkat(long directory, const char *path, long flags);
long sys_utimensat(long directory, const char *path, const struct timespec *times, long flags);
long sys_write(long fd, const void *data, long size);
long sys_writev(long fd, const struct iovec *pieces, long count);

int vfs_init(void);

extern const struct fs_type ramfs_fs;
#ifndef ROOT_KIND
#define ROOT_KIND ramfs_fs
#endif
const struct fs_type *const fs_table[] = {&ROOT_KIND};
const size_t fs_table_count = 1;

static char console_text[4096]; /* what has been written */
static size_t console_length;
static const char *console_typed = ""; /* what is still to be read */

void console_write(const char *text, size_t length)
{
    if (length > sizeof console_text - console_length)
        length = sizeof console_text - console_length;
    memcpy(console_text + console_length, text, length);
    console_length += length;
}

size_t console_read(char *buffer, size_t size)
{
    size_t n = strlen(console_typed) < size ? strlen(console_typed) : size;

    assert(size != 0);
    memcpy(buffer, console_typed, n);
    console_typed += n;
    return n;
}

#define EXPECT(call, value)                                                                                  \
    do {                                                                                                     \
        long expect_got = (call), expect_value = (value);                                                    \
        if (expect_got != expect_value) {                                                                    \
            fprintf(stderr, "%s:%d: %s is %ld, not %ld\n", __FILE__, __LINE__, #call, expect_got,            \
                    expect_value);                                                                           \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)
