/*
 * Linux's structures and flags, as far as each architecture has its own.
 *
 * linux_stat_store() writes `struct stat` as applications of this architecture know it; what is not among the
 * values is 0. linux_open_flags() turns the flags of open(2) into those of asm-generic/fcntl.h, which
 * linux_file.h names.
 *
 * linux_epoll_store() and linux_epoll_load() write and read entry `index` of an array of struct epoll_event.
 */
#pragma once

#include <stdint.h>

struct linux_stat_values {
    uint64_t device;
    uint64_t inode;
    uint64_t special_device; /* of a device node: 256 * major + minor */
    uint64_t size;
    uint64_t allocated; /* bytes */
    uint32_t mode;
    uint32_t links;
    uint32_t user, group;
    uint32_t block_size;
    int64_t access_time; /* nanoseconds since 1970, UTC */
    int64_t modification_time;
    int64_t change_time;
};

void linux_stat_store(void *stat, const struct linux_stat_values *values);
unsigned linux_open_flags(unsigned flags);
void linux_epoll_store(void *array, unsigned index, uint32_t events, uint64_t data);
uint32_t linux_epoll_load(const void *array, unsigned index, uint64_t *data);
