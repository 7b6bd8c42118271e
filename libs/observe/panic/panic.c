#include <config.h>
#include <console.h>
#include <format.h>
#include <log.h>
#include <panic.h>
#include <platform_exit.h>
#include <stdarg.h>
#include <stdbool.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
#include <multiprocessor.h>
#endif

/* Initialised to something other than zero, so that it stands in .data: the report of a machine with too
 * little memory for .bss relies on it. */
static bool may_report = true;

void panic_begin(void)
{
#ifdef CONFIG_LIB_MULTIPROCESSOR
    multiprocessor_stop();
#endif
    if (!may_report)
        platform_crash();
    may_report = false;
#ifdef CONFIG_LIB_LOG
    log_print_unseen();
#endif
}

static void print(const char *text, va_list arguments)
{
    char line[160];
    size_t len = format_list(line, sizeof line, text, arguments);

    console_write(line, len < sizeof line ? len : sizeof line - 1);
}

void panic_print(const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    print(text, arguments);
    va_end(arguments);
}

#ifdef CONFIG_LIB_MULTIPROCESSOR
void panic_elsewhere(void)
{
    uintptr_t pc, frame;

    for (unsigned i = 0; i < MULTIPROCESSOR_MAX; i++)
        if (multiprocessor_place(i, &pc, &frame)) {
            panic_print("  processor %u\n", i);
            panic_backtrace(pc, frame);
        }
}
#endif

_Noreturn void panic(const char *message, ...)
{
    va_list arguments;

    panic_begin();
    panic_print("panic: ");
    va_start(arguments, message);
    print(message, arguments);
    va_end(arguments);
    panic_print("\n");
#ifdef CONFIG_LIB_KTHREAD
    panic_print("  thread %d of %u\n", kthread_current()->number, kthread_count());
#endif
#ifdef CONFIG_LIB_MULTIPROCESSOR
    panic_print("  processor %u\n", multiprocessor_number());
#endif
    /* Inside the call: behind it another function may begin, since panic() does not return. */
    panic_backtrace((uintptr_t)__builtin_return_address(0) - 1,
                    *(const uintptr_t *)__builtin_frame_address(0));
#ifdef CONFIG_LIB_MULTIPROCESSOR
    panic_elsewhere();
#endif
    platform_crash();
}
