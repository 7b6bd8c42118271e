/*
 * What sockets of AF_UNIX need on the host: memory, a table of descriptors, sockets' system calls, and nobody
 * who could be waited for.
 */
#pragma once

#include "../../../memory/heap/tests/fake_memory.h"

#include <errno.h>
#include <fd_table.h>
#include <linux_socket.h>
#include <socket_family.h>
#include <wait_queue.h>

long sys_accept4(long fd, void *address, void *size, long flags);
long sys_bind(long fd, const void *address, long size);
long sys_close(long fd);
long sys_connect(long fd, const void *address, long size);
long sys_dup(long fd);
long sys_getsockopt(long fd, long level, long name, void *value, uint32_t *size);
long sys_listen(long fd, long backlog);
long sys_recvmsg(long fd, struct linux_msghdr *message, long flags);
long sys_sendmsg(long fd, const struct linux_msghdr *message, long flags);
long sys_setsockopt(long fd, long level, long name, const void *value, long size);
long sys_shutdown(long fd, long how);
long sys_socket(long domain, long type, long protocol);
long sys_socketpair(long domain, long type, long protocol, int *fds);

extern const struct socket_family socket_unix_socket_family;
const struct socket_family *const socket_families[] = {&socket_unix_socket_family};
const size_t socket_families_count = 1;

const struct open_file_ops fd_console_ops;

void linux_stat_store(void *stat, const struct linux_stat_values *values)
{
    (void)stat, (void)values;
}

unsigned linux_open_flags(unsigned flags)
{
    return flags;
}

uint64_t clock_monotonic(void)
{
    return 1;
}

void wait_poll(void) {}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    return -EINTR;
}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}
