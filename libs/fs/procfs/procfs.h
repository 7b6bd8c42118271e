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

/* `number`: of the thread or the descriptor that the file is about, else 0. */
typedef void procfs_maker(struct procfs_text *text, unsigned number);

/* Of the system. */
procfs_maker procfs_cmdline, procfs_cpuinfo, procfs_filesystems, procfs_libraries, procfs_loadavg,
    procfs_meminfo, procfs_mounts, procfs_net_dev, procfs_net_filter, procfs_stat, procfs_uptime, procfs_uuid,
    procfs_version;

/* Of the process that reads, whose number is procfs_process(). */
procfs_maker procfs_comm, procfs_cwd, procfs_descriptor, procfs_environ, procfs_exe, procfs_limits,
    procfs_maps, procfs_mountinfo, procfs_process_stat, procfs_self, procfs_statm, procfs_status,
    procfs_thread_self;
unsigned procfs_process(void);

/* Its first thread, or descriptor, whose number is at least `number`; 0 with *number set, or -1. */
int procfs_thread_from(unsigned *number);
int procfs_descriptor_from(unsigned *number);

/* Memory of the machine, and how much of it nobody has: bytes. */
void procfs_memory(size_t *total, size_t *free);

/* Nanoseconds that the application has used a processor. */
unsigned long long procfs_cpu_time(void);
