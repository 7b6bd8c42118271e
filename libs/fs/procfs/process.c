/*
 * The process that reads: proc(5). What has no meaning here is 0.
 */
#include "procfs.h"

#include <args.h>
#include <clock.h>
#include <config.h>
#include <pages.h>
#include <string.h>
#include <vfs.h>
#ifdef CONFIG_LIB_ADDRESS_SPACE
#include <address_space.h>
#endif
#ifdef CONFIG_LIB_FD_TABLE
#include <fd_table.h>
#endif
#ifdef CONFIG_LIB_PROCESSES
#include <processes.h>
#endif
#ifdef CONFIG_LIB_RESOURCE_LIMITS
#include <resource_limits.h>
#endif
#ifdef CONFIG_LIB_THREADS
#include <posix_thread.h>
#endif
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define KIB 1024
#define TICK 10000000ull /* nanoseconds: USER_HZ is 100 */
#define PATH_ROOM 512
#define NAME_SIZE 15 /* TASK_COMM_LEN without the NUL */
#define ONLY 1

unsigned procfs_process(void)
{
#ifdef CONFIG_LIB_PROCESSES
    return (unsigned)processes_pid(processes_current());
#else
    return ONLY;
#endif
}

#ifdef CONFIG_LIB_THREADS
static bool is_own(const struct kthread *thread)
{
    return thread->number != 0 && thread->process == kthread_current()->process;
}

int procfs_thread_from(unsigned *number)
{
    unsigned least = 0;

    for (const struct kthread *thread = kthread_first; thread != NULL; thread = thread->all_next)
        if (is_own(thread) && (unsigned)thread->number >= *number &&
            (least == 0 || (unsigned)thread->number < least))
            least = (unsigned)thread->number;
    *number = least;
    return least != 0 ? 0 : -1;
}

static unsigned threads(void)
{
    unsigned count = 0;

    for (unsigned number = 1; procfs_thread_from(&number) == 0; number++)
        count++;
    return count;
}

static unsigned thread(void)
{
    return (unsigned)threads_current()->id;
}
#else
int procfs_thread_from(unsigned *number)
{
    if (*number > ONLY)
        return -1;
    *number = ONLY;
    return 0;
}

static unsigned threads(void)
{
    return 1;
}

static unsigned thread(void)
{
    return ONLY;
}
#endif

int procfs_descriptor_from(unsigned *number)
{
#ifdef CONFIG_LIB_FD_TABLE
    for (; *number < fd_limit(); ++*number) {
        struct open_file *file = fd_get((long)*number);

        if (file != NULL) {
            fd_put(file);
            return 0;
        }
    }
#else
    (void)number;
#endif
    return -1;
}

void procfs_descriptor(struct procfs_text *text, unsigned number)
{
#ifdef CONFIG_LIB_FD_TABLE
    struct open_file *file = fd_get((long)number);
    struct linux_stat_values values;
    const char *kind;

    if (file == NULL)
        return;
    file->ops->stat(file, &values);
    fd_put(file);
    switch (values.mode & VNODE_TYPE_MASK) {
    case VNODE_SOCKET:
        kind = "socket";
        break;
    case VNODE_FIFO:
        kind = "pipe";
        break;
    case VNODE_DEVICE:
    case VNODE_BLOCK_DEVICE:
        kind = "device";
        break;
    case 0:
        kind = "anon_inode";
        break;
    default:
        kind = "file"; /* by which name it was opened nobody remembers */
    }
    procfs_print(text, "%s:[%llu]", kind, (unsigned long long)values.inode);
#else
    (void)text, (void)number;
#endif
}

void procfs_self(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "%u", procfs_process());
}

void procfs_thread_self(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "%u/task/%u", procfs_process(), thread());
}

static void print_name(struct procfs_text *text, unsigned number)
{
    const char *name = recipe_argv[0];
    size_t length = 0;

#ifdef CONFIG_LIB_THREADS
    const struct posix_thread *thread = threads_find((int)(number != 0 ? number : procfs_process()));

    if (thread != NULL && thread->name[0] != '\0')
        name = thread->name;
#else
    (void)number;
#endif
    for (const char *at = name; *at != '\0'; at++)
        if (*at == '/')
            name = at + 1;
    while (length < NAME_SIZE && name[length] != '\0')
        procfs_print(text, "%c", (int)name[length++]);
}

void procfs_comm(struct procfs_text *text, unsigned number)
{
    print_name(text, number);
    procfs_print(text, "\n");
}

void procfs_cwd(struct procfs_text *text, unsigned number)
{
    char path[PATH_ROOM];

    (void)number;
    if (vfs_path_of(vfs_working_directory(), path, sizeof(path)) > 0)
        procfs_print(text, "%s", path);
}

/* The application is no file; this is how it was called. */
void procfs_exe(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "%s%s", recipe_argv[0][0] == '/' ? "" : "/", recipe_argv[0]);
}

void procfs_environ(struct procfs_text *text, unsigned number)
{
    (void)number;
    for (char *const *word = recipe_envp; *word != NULL; word++)
        procfs_print(text, "%s%c", *word, '\0');
}

static size_t used(void)
{
    size_t total, free;

    procfs_memory(&total, &free);
    return total - free;
}

/* The image itself, and what is mapped: bytes. */
extern char image_start[], image_end[];

static size_t image_size(void)
{
    return (uintptr_t)image_end - (uintptr_t)image_start;
}

static size_t mapped(void)
{
    size_t size = image_size();

#ifdef CONFIG_LIB_ADDRESS_SPACE
    uintptr_t at = 0;

    for (const struct region *region; (region = address_space_find(at)) != NULL; at = region->end)
        size += region->end - region->start;
#endif
    return size > used() ? size : used();
}

void procfs_statm(struct procfs_text *text, unsigned number)
{
    size_t pages = used() / PAGE_SIZE;

    (void)number;
    procfs_print(text, "%zu %zu 0 %zu 0 %zu 0\n", mapped() / PAGE_SIZE, pages, image_size() / PAGE_SIZE,
                 pages);
}

void procfs_process_stat(struct procfs_text *text, unsigned number)
{
    unsigned process = number != 0 ? number : procfs_process();
    unsigned long long time = procfs_cpu_time() / TICK;

#ifdef CONFIG_LIB_THREADS
    if (number != 0) {
        const struct posix_thread *thread = threads_find((int)number);

        time = thread != NULL ? kthread_cpu_time(thread->kernel) / TICK : 0;
    }
#endif
    procfs_print(text, "%u (", process);
    print_name(text, number);
    /* From the state to cmajflt; utime to cstime; priority to starttime; vsize, rss, rsslim; the rest */
    procfs_print(text, ") R 0 %u %u 0 -1 0 0 0 0 0 %llu 0 0 0", procfs_process(), procfs_process(), time);
    procfs_print(text, " 20 0 %u 0 0 %zu %zu 18446744073709551615", threads(), mapped(), used() / PAGE_SIZE);
    for (int field = 26; field <= 52; field++)
        procfs_print(text, " %d", field == 38 ? 17 : 0); /* 38: SIGCHLD tells of its end */
    procfs_print(text, "\n");
}

static void print_ids(struct procfs_text *text)
{
#ifdef CONFIG_LIB_USERS
    const uint32_t *user = users_now.user, *group = users_now.group;

    procfs_print(text, "Uid:\t%u\t%u\t%u\t%u\n", (unsigned)user[USERS_REAL], (unsigned)user[USERS_EFFECTIVE],
                 (unsigned)user[USERS_SAVED], (unsigned)user[USERS_FILES]);
    procfs_print(text, "Gid:\t%u\t%u\t%u\t%u\n", (unsigned)group[USERS_REAL],
                 (unsigned)group[USERS_EFFECTIVE], (unsigned)group[USERS_SAVED],
                 (unsigned)group[USERS_FILES]);
    procfs_print(text, "Groups:\t");
    for (size_t i = 0; users_now.groups != NULL && i < users_now.groups->count; i++)
        procfs_print(text, "%u ", (unsigned)users_now.groups->ids[i]);
    procfs_print(text, "\n");
#else
    procfs_print(text, "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nGroups:\t\n");
#endif
}

void procfs_status(struct procfs_text *text, unsigned number)
{
    procfs_print(text, "Name:\t");
    print_name(text, number);
    procfs_print(text, "\nState:\tR (running)\nTgid:\t%u\nNgid:\t0\nPid:\t%u\nPPid:\t0\nTracerPid:\t0\n",
                 procfs_process(), number != 0 ? number : procfs_process());
    print_ids(text);
    procfs_print(text, "VmPeak:\t%8zu kB\nVmSize:\t%8zu kB\nVmLck:\t%8u kB\n", mapped() / KIB, mapped() / KIB,
                 0u);
    procfs_print(text, "VmHWM:\t%8zu kB\nVmRSS:\t%8zu kB\nVmSwap:\t%8u kB\n", used() / KIB, used() / KIB, 0u);
    procfs_print(text, "Threads:\t%u\n", threads());
}

#ifdef CONFIG_LIB_RESOURCE_LIMITS
long sys_prlimit64(long process, long resource, long new, long old);

static void print_limit(struct procfs_text *text, uint64_t limit)
{
    if (limit == RESOURCE_UNLIMITED)
        procfs_print(text, "%-20s ", "unlimited");
    else
        procfs_print(text, "%-20llu ", (unsigned long long)limit);
}
#endif

void procfs_limits(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit", "Hard Limit", "Units");
#ifdef CONFIG_LIB_RESOURCE_LIMITS
    /* In the order of their numbers. */
    static const char *const names[][2] = {
        {"cpu time", "seconds"},    {"file size", "bytes"},      {"data size", "bytes"},
        {"stack size", "bytes"},    {"core file size", "bytes"}, {"resident set", "bytes"},
        {"processes", "processes"}, {"open files", "files"},     {"locked memory", "bytes"},
        {"address space", "bytes"}, {"file locks", "locks"},     {"pending signals", "signals"},
        {"msgqueue size", "bytes"}, {"nice priority", ""},       {"realtime priority", ""},
        {"realtime timeout", "us"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        uint64_t limits[2];

        if (sys_prlimit64(0, (long)i, 0, (long)limits) != 0)
            continue;
        procfs_print(text, "Max %-21s ", names[i][0]);
        print_limit(text, limits[0]);
        print_limit(text, limits[1]);
        procfs_print(text, "%-10s\n", names[i][1]);
    }
#endif
}

/* The linker's */
extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[], bss_end[];

static void print_range(struct procfs_text *text, uintptr_t start, uintptr_t end, const char *rights,
                        const char *name)
{
    if (start < end)
        procfs_print(text, "%08lx-%08lx %s 00000000 00:00 0 %s\n", (unsigned long)start, (unsigned long)end,
                     rights, name);
}

void procfs_maps(struct procfs_text *text, unsigned number)
{
    (void)number;
    print_range(text, (uintptr_t)text_start, (uintptr_t)text_end, "r-xp", "[image]");
    print_range(text, (uintptr_t)rodata_start, (uintptr_t)rodata_end, "r--p", "[image]");
    print_range(text, (uintptr_t)data_start,
                ((uintptr_t)bss_end + PAGE_SIZE - 1) & ~(uintptr_t)(PAGE_SIZE - 1), "rw-p", "[image]");
#ifdef CONFIG_LIB_ADDRESS_SPACE
    uintptr_t at = 0;

    for (const struct region *region; (region = address_space_find(at)) != NULL; at = region->end) {
        const char rights[] = {
            region->protection & PAGE_READ ? 'r' : '-', region->protection & PAGE_WRITE ? 'w' : '-',
            region->protection & PAGE_EXEC ? 'x' : '-', region->flags & REGION_SHARED ? 's' : 'p', '\0'};

        print_range(text, region->start, region->end, rights, region->file != NULL ? "[file]" : "");
    }
#endif
}
