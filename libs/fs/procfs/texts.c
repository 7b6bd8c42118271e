/*
 * Texts in the forms of proc(5). What has no meaning here is left out, or 0 where programs count fields.
 */
#include "procfs.h"

#include <args.h>
#include <boot_info.h>
#include <clock.h>
#include <config.h>
#include <fs.h>
#include <mount_table.h>
#include <pages.h>
#include <string.h>
#include <vfs.h>
#ifdef CONFIG_LIB_PAGE_CACHE
#include <page_cache.h>
#endif
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define SECOND 1000000000ull
#define KIB 1024
#define PATH_ROOM 512

/* Generated: the names of the libraries that the image is made of, behind each a newline. */
extern const char recipe_libraries[];

void procfs_cmdline(struct procfs_text *text)
{
    for (char *const *word = recipe_argv; *word != NULL; word++)
        procfs_print(text, "%s%c", *word, '\0');
}

void procfs_cpuinfo(struct procfs_text *text)
{
    procfs_print(text, "processor\t: 0\ncpu cores\t: 1\n\n");
}

void procfs_filesystems(struct procfs_text *text)
{
    for (size_t i = 0; i < fs_table_count; i++)
        procfs_print(text, "nodev\t%s\n", fs_table[i]->name);
}

void procfs_libraries(struct procfs_text *text)
{
    procfs_print(text, "%s", recipe_libraries);
}

void procfs_loadavg(struct procfs_text *text)
{
    procfs_print(text, "0.00 0.00 0.00 1/1 1\n");
}

void procfs_meminfo(struct procfs_text *text)
{
    size_t total = 0, free = pages_available() * PAGE_SIZE / KIB, cached = 0, dirty = 0;

    for (size_t i = 0; i < boot_info.range_count; i++)
        total += (boot_info.ranges[i].end - boot_info.ranges[i].start) / KIB;
#ifdef CONFIG_LIB_PAGE_CACHE
    cached = page_cache_pages() * PAGE_SIZE / KIB;
    dirty = page_cache_dirty() * PAGE_SIZE / KIB;
#endif
    procfs_print(text, "MemTotal:       %8zu kB\nMemFree:        %8zu kB\nMemAvailable:   %8zu kB\n", total,
                 free, free + cached - dirty);
    procfs_print(text, "Buffers:        %8u kB\nCached:         %8zu kB\nDirty:          %8zu kB\n", 0u,
                 cached, dirty);
    procfs_print(text, "SwapTotal:      %8u kB\nSwapFree:       %8u kB\n", 0u, 0u);
}

/* Blanks and the like in octal, as getmntent(3) undoes it. */
static void print_word(struct procfs_text *text, const char *word)
{
    for (; *word != '\0'; word++) {
        unsigned c = (unsigned char)*word;

        if (c == ' ' || c == '\t' || c == '\n' || c == '\\')
            procfs_print(text, "\\%u%u%u", c >> 6, c >> 3 & 7, c & 7);
        else
            procfs_print(text, "%c", (int)c);
    }
}

void procfs_mounts(struct procfs_text *text)
{
    for (const struct vfs_mount *mount = mount_table_first(); mount != NULL; mount = mount->next) {
        char path[PATH_ROOM];

        if (vfs_path_of(mount->root, path, sizeof(path)) < 0)
            continue; /* longer than anybody mounts, or hidden */
        print_word(text, mount->source[0] != '\0' ? mount->source : "none");
        procfs_print(text, " ");
        print_word(text, path);
        procfs_print(text, " %s %s%s 0 0\n", mount->type->name, mount->flags & MOUNT_READ_ONLY ? "ro" : "rw",
                     mount->flags & MOUNT_NO_EXEC ? ",noexec" : "");
    }
}

void procfs_stat(struct procfs_text *text)
{
    uint64_t now = clock_monotonic(), start = clock_realtime() - now;

    procfs_print(text, "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n");
    procfs_print(text, "btime %llu\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n",
                 (unsigned long long)(start / SECOND));
}

#ifdef CONFIG_LIB_USERS
static void print_ids(struct procfs_text *text, const char *name, const uint32_t *ids)
{
    procfs_print(text, "%s:", name);
    for (int kind = USERS_REAL; kind < USERS_KINDS; kind++)
        procfs_print(text, "\t%u", (unsigned)ids[kind]);
    procfs_print(text, "\n");
}
#endif

void procfs_status(struct procfs_text *text)
{
    size_t total = 0, free = pages_available() * PAGE_SIZE / KIB;

    for (size_t i = 0; i < boot_info.range_count; i++)
        total += (boot_info.ranges[i].end - boot_info.ranges[i].start) / KIB;
    procfs_print(text, "Name:\t%s\nState:\tR (running)\nPid:\t1\nPPid:\t0\n", recipe_argv[0]);
#ifdef CONFIG_LIB_USERS
    print_ids(text, "Uid", users_now.user);
    print_ids(text, "Gid", users_now.group);
#else
    procfs_print(text, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
#endif
    procfs_print(text, "VmSize:\t%8zu kB\nVmRSS:\t%8zu kB\n", total - free, total - free);
}

void procfs_uptime(struct procfs_text *text)
{
    uint64_t now = clock_monotonic();

    procfs_print(text, "%llu.%02llu 0.00\n", (unsigned long long)(now / SECOND),
                 (unsigned long long)(now % SECOND / (SECOND / 100)));
}

void procfs_version(struct procfs_text *text)
{
    procfs_print(text, "Linux version 6.1.0-unilith\n");
}
