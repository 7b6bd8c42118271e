/*
 * From the host's entry to boot_main(), which the assembly around this calls on the boot stack. All that is
 * left of the host afterwards: the calls that the selected libraries declare.
 */
#include "process.h"

#include <errno.h>
#include <host_calls.h>
#include <host_filter.h>
#include <host_linux.h>
#include <image_layout.h>
#include <platform_exit.h>
#include <string.h>
#include <traps_host.h>

#define HOST_SIDE_FAILURE 125
#define STDERR 2

static const unsigned long *auxiliary; /* pairs of type and value, on the host's stack for good */

unsigned long host_auxiliary(unsigned long type)
{
    const unsigned long *entry = auxiliary;

    while (entry[0] != AT_NULL && entry[0] != type)
        entry += 2;
    return entry[0] == type ? entry[1] : 0;
}

static void say(const char *text)
{
    host_call(HOST_CALL_WRITE, STDERR, (long)text, (long)strlen(text), 0, 0, 0);
}

/* The errors that a person causes; the others go by number. */
static const char *meaning(long error)
{
    switch (error) {
    case -ENOENT:
        return "there is no such file";
    case -EACCES:
    case -EPERM:
        return "the host does not permit it";
    case -ENODEV:
    case -EISDIR:
    case -ESPIPE:
    case -EOVERFLOW:
        return "it is not an ordinary file";
    case -ENOMEM:
        return "the host has not enough memory";
    case -ENOSYS:
    case -EINVAL:
        return "the host's kernel cannot do it";
    }
    return NULL;
}

_Noreturn void process_fail(const char *what, const char *subject, long error)
{
    char number[] = "error 000";

    say("process: ");
    say(what);
    if (subject != NULL) {
        say(" '");
        say(subject);
        say("'");
    }
    if (error != 0) {
        const char *reason = meaning(error);
        if (reason == NULL) {
            unsigned code = (unsigned)-error; /* at most 4095; those in use have three digits */
            for (int digit = 8; digit > 5; digit--, code /= 10)
                number[digit] = (char)('0' + code % 10);
            reason = number;
        }
        say(": ");
        say(reason);
    }
    say("\n");
    platform_exit(HOST_SIDE_FAILURE);
}

void process_start(long *stack);

/* `stack`: argc, argv[], NULL, environment, NULL, auxiliary vector (System V ABI, processor
 * supplement, 3.4.1). */
void process_start(long *stack)
{
    char *const *argv = (char *const *)(stack + 1);
    long *word = stack + 1 + stack[0] + 1;

    while (*word != 0)
        word++;
    auxiliary = (const unsigned long *)(word + 1);

    struct process_options options = process_options(argv);
    process_map(&options);

    long error = host_call(HOST_CALL_MPROTECT, (long)boot_stack_guard, boot_stack_bottom - boot_stack_guard,
                           PROT_NONE, 0, 0, 0);
    if (error != 0)
        process_fail("cannot protect the boot stack", NULL, error);
    error = traps_host_install();
    if (error != 0)
        process_fail("cannot catch faults", NULL, error);
    error = host_filter_install();
    if (error != 0)
        process_fail("cannot install the system call filter", NULL, error);
}
