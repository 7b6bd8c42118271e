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
#ifdef CONFIG_LIB_POSIX_TIME
#include <linux_time.h>
#include <posix_time.h>
#endif
#ifdef CONFIG_LIB_RANDOM
#include <random.h>
#endif

#define SECOND 1000000000ull
#define KIB 1024
#define TICK (SECOND / 100)
#define PATH_ROOM 512

/* Generated: the names of the libraries that the image is made of, behind each a newline. */
extern const char recipe_libraries[];

void procfs_cmdline(struct procfs_text *text, unsigned number)
{
    (void)number;
    for (char *const *word = recipe_argv; *word != NULL; word++)
        procfs_print(text, "%s%c", *word, '\0');
}

void procfs_cpuinfo(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "processor\t: 0\ncpu cores\t: 1\n\n");
}

void procfs_filesystems(struct procfs_text *text, unsigned number)
{
    (void)number;
    for (size_t i = 0; i < fs_table_count; i++)
        procfs_print(text, "nodev\t%s\n", fs_table[i]->name);
}

void procfs_libraries(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "%s", recipe_libraries);
}

unsigned long long procfs_cpu_time(void)
{
    uint64_t time = 0;

#ifdef CONFIG_LIB_POSIX_TIME
    posix_time_read(LINUX_CLOCK_PROCESS_CPUTIME, &time);
#endif
    return time;
}

/* Nobody counts who waits for a processor. */
void procfs_loadavg(struct procfs_text *text, unsigned number)
{
    unsigned count = 0;

    for (number = 1; procfs_thread_from(&number) == 0; number++)
        count++;
    procfs_print(text, "0.00 0.00 0.00 1/%u %u\n", count, procfs_process());
}

void procfs_memory(size_t *total, size_t *free)
{
    *total = 0;
    *free = pages_available() * PAGE_SIZE;
    for (size_t i = 0; i < boot_info.range_count; i++)
        *total += boot_info.ranges[i].end - boot_info.ranges[i].start;
}

void procfs_meminfo(struct procfs_text *text, unsigned number)
{
    (void)number;
    size_t total, free, cached = 0, dirty = 0;

    procfs_memory(&total, &free);
    total /= KIB;
    free /= KIB;
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

/* Mounts have no numbers of their own: their devices' are used. */
void procfs_mountinfo(struct procfs_text *text, unsigned number)
{
    (void)number;
    for (const struct vfs_mount *mount = mount_table_first(); mount != NULL; mount = mount->next) {
        const char *access = mount->flags & MOUNT_READ_ONLY ? "ro" : "rw";
        const struct vnode *above = mount->covered;
        char path[PATH_ROOM];

        if (vfs_path_of(mount->root, path, sizeof(path)) < 0)
            continue;
        procfs_print(text, "%u %u %u:%u / ", (unsigned)mount->device,
                     (unsigned)(above != NULL ? above->mount->device : 0), (unsigned)mount->device >> 8,
                     (unsigned)mount->device & 0xff);
        print_word(text, path);
        procfs_print(text, " %s%s - %s ", access, mount->flags & MOUNT_NO_EXEC ? ",noexec" : "",
                     mount->type->name);
        print_word(text, mount->source[0] != '\0' ? mount->source : "none");
        procfs_print(text, " %s\n", access);
    }
}

void procfs_mounts(struct procfs_text *text, unsigned number)
{
    (void)number;
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

/* user, nice, system, idle, ...: in ticks of 10 ms. The kernel's time is the application's. */
void procfs_stat(struct procfs_text *text, unsigned number)
{
    uint64_t now = clock_monotonic(), start = clock_realtime() - now, busy = procfs_cpu_time();
    unsigned long long ticks = busy / TICK, idle = busy < now ? (now - busy) / TICK : 0;

    (void)number;
    procfs_print(text, "cpu  %llu 0 0 %llu 0 0 0 0 0 0\ncpu0 %llu 0 0 %llu 0 0 0 0 0 0\n", ticks, idle, ticks,
                 idle);
    procfs_print(text, "intr 0\nctxt 0\nbtime %llu\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n",
                 (unsigned long long)(start / SECOND));
}

void procfs_uptime(struct procfs_text *text, unsigned number)
{
    uint64_t now = clock_monotonic(), busy = procfs_cpu_time(), idle = busy < now ? now - busy : 0;

    (void)number;
    procfs_print(text, "%llu.%02llu ", (unsigned long long)(now / SECOND),
                 (unsigned long long)(now % SECOND / TICK));
    procfs_print(text, "%llu.%02llu\n", (unsigned long long)(idle / SECOND),
                 (unsigned long long)(idle % SECOND / TICK));
}

#ifdef CONFIG_LIB_RANDOM
/* RFC 9562, section 5.4: version 4 */
void procfs_uuid(struct procfs_text *text, unsigned number)
{
    unsigned char bytes[16];

    (void)number;
    random_bytes(bytes, sizeof(bytes));
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof(bytes); i++)
        procfs_print(text, "%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
    procfs_print(text, "\n");
}
#endif

void procfs_version(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "Linux version 6.1.0-unilith\n");
}
