/*
 * A file's text, made anew whenever it is read.
 */
#pragma once

#include <stddef.h>

/* Grows as it is written to; once memory is short it stays as it is, and `failed`. */
struct procfs_text {
    char *start;
    size_t length, size;
    int failed;
};

void procfs_print(struct procfs_text *text, const char *words, ...) __attribute__((format(printf, 2, 3)));

typedef void procfs_maker(struct procfs_text *text);

procfs_maker procfs_cmdline, procfs_cpuinfo, procfs_filesystems, procfs_libraries, procfs_loadavg,
    procfs_meminfo, procfs_mounts, procfs_net_dev, procfs_stat, procfs_status, procfs_uptime, procfs_version;
