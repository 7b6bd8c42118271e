#include <app_start.h>
#include <args.h>
#include <boot.h>
#include <boot_info.h>
#include <config.h>
#include <kernel_guard.h>
#include <log.h>
#include <panic.h>
#include <platform_exit.h>
#ifdef CONFIG_LIB_MAIN_STACK
#include <main_stack.h>
#endif
#ifdef CONFIG_LIB_SEAL
#include <seal.h>
#endif
#ifdef CONFIG_LIB_STACK_PROTECTOR
#include <stack_protector.h>
#endif

#define ENVIRONMENT_MAX 128

/* The recipe's table is read-only, and the application may change its own: it gets a copy. */
static void copy_environment(char **envp)
{
    size_t count = 0;

    for (; recipe_envp[count]; count++) {
        if (count == ENVIRONMENT_MAX)
            panic("boot: the recipe's environment has more than %d entries", ENVIRONMENT_MAX);
        envp[count] = recipe_envp[count];
    }
    envp[count] = NULL;
}

static size_t free_memory(void)
{
    size_t size = 0;

    for (size_t i = 0; i < boot_info.range_count; i++)
        size += boot_info.ranges[i].end - boot_info.ranges[i].start;
    return size;
}

#ifdef CONFIG_LIB_MAIN_STACK
struct start {
    int argc;
    char **argv, **envp;
};

static void start(void *argument)
{
    const struct start *with = argument;

    kernel_leave();
    platform_exit(app_start(with->argc, with->argv, with->envp));
}
#endif

void boot_main(void)
{
    /* On this stack frame, which is never left, and which nobody has to clear. */
    char *argv[ARGS_MAX + 1];
    char *envp[ENVIRONMENT_MAX + 1];
#ifdef CONFIG_LIB_STACK_PROTECTOR
    stack_protector_init();
#endif
    int argc = args_split(boot_info.command_line, argv);

    if (argc < 0)
        panic("boot: the command line is not valid, error %d", -argc);
    log_write(LOG_INFO, "boot: %zu KiB of free memory, %zu KiB of initrd", free_memory() >> 10,
              boot_info.initrd_size >> 10);
    /* Boot steps are kernel code: once one has let interrupts in, their handlers wait until all are done or
     * one waits. */
    kernel_enter();
    for (size_t i = 0; i < boot_step_count; i++) {
        int error = boot_steps[i].run();

        if (error != 0)
            panic("boot: %s did not start, error %d", boot_steps[i].name, -error);
        log_write(LOG_DEBUG, "boot: %s is ready", boot_steps[i].name);
    }
    copy_environment(envp);
#ifdef CONFIG_LIB_SEAL
    seal_memory();
#endif
#ifdef CONFIG_LIB_MAIN_STACK
    struct start with = {argc, argv, envp};

    main_stack_run(start, &with);
#else
    kernel_leave();
    platform_exit(app_start(argc, argv, envp));
#endif
}
