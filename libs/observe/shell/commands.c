#include "shell_parts.h"

#include <clock.h>
#include <pages.h>
#include <string.h>

#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif

extern const struct shell_commands shell_shell_command;

static void help(struct shell *shell, int count, char **words)
{
    (void)count, (void)words;
    for (size_t i = 0; i < shell_command_lists_count; i++)
        for (size_t j = 0; j < shell_command_lists[i]->count; j++) {
            const struct shell_command *command = &shell_command_lists[i]->list[j];

            shell_print(shell, "%-8s %-6s %s\n", command->name, command->arguments, command->summary);
        }
}

/* Generated: a line for each library. */
extern const char recipe_sizes[];

static void libs(struct shell *shell, int count, char **words)
{
    (void)count, (void)words;
    shell_print(shell, "  bytes library\n");
    shell_write(shell, recipe_sizes, strlen(recipe_sizes));
}

static void uptime(struct shell *shell, int count, char **words)
{
    uint64_t milliseconds = clock_monotonic() / 1000000;

    (void)count, (void)words;
    shell_print(shell, "%llu.%u s\n", (unsigned long long)(milliseconds / 1000),
                (unsigned)(milliseconds % 1000 / 100));
}

static void mem(struct shell *shell, int count, char **words)
{
    (void)count, (void)words;
    shell_print(shell, "%zu KiB free\n", pages_available() * PAGE_SIZE / 1024);
}

#ifdef CONFIG_LIB_KTHREAD
static void threads(struct shell *shell, int count, char **words)
{
    static const char *const states[] = {"ready", "running", "blocked", "ended"};

    (void)count, (void)words;
    shell_print(shell, "number state   rank   ms used\n");
    for (const struct kthread *thread = kthread_first; thread; thread = thread->all_next)
        shell_print(shell, "%-6d %-7s %-4u %9llu\n", thread->number, states[thread->state],
                    thread->place.rank, (unsigned long long)(kthread_cpu_time(thread) / 1000000));
}
#endif

#ifdef CONFIG_LIB_LOG
#include <log.h>

#define READ_ALL 3 /* syslog(2): SYSLOG_ACTION_READ_ALL */
#define LOG_SHOWN 4096

long sys_syslog(long action, char *buffer, long size);

static void log(struct shell *shell, int count, char **words)
{
    static char text[LOG_SHOWN];
    long size = sys_syslog(READ_ALL, text, sizeof(text));

    (void)count, (void)words;
    if (size > 0)
        shell_write(shell, text, (size_t)size);
}
#endif

static const struct shell_command list[] = {
    {"help", "", "this", help},
    {"libs", "", "libraries of the image, and how large they were measured to be", libs},
#ifdef CONFIG_LIB_LOG
    {"log", "", "the end of the kernel's log", log},
#endif
    {"mem", "", "memory that nobody has", mem},
    {"sockets", "", "ends of vsock connections, and listeners", shell_sockets},
#ifdef CONFIG_LIB_KTHREAD
    {"threads", "", "threads, and how long they have run", threads},
#endif
    {"uptime", "", "how long the image has run", uptime},
};

const struct shell_commands shell_shell_command = {list, sizeof(list) / sizeof(list[0])};
