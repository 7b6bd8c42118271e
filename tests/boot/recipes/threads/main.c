#include <string.h>

#include "cases.h"

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
#define CASE(name)                                                                                           \
    {                                                                                                        \
#name, name                                                                                          \
    }
    CASE(create_and_join),
    CASE(many_generations),
    CASE(detached),
    CASE(thread_local_storage),
    CASE(specific_data),
    CASE(stack_attributes),
    CASE(main_ends_first),
    CASE(mutexes),
    CASE(condition_ping_pong),
    CASE(barriers),
    CASE(semaphores),
    CASE(rwlocks),
    CASE(once),
    CASE(timed_waits),
    CASE(sleeps),
    CASE(spinning),
    CASE(vector_registers),
    CASE(rounding_modes),
    CASE(priorities),
    CASE(round_robin),
    CASE(cancellation),
    CASE(asynchronous_cancellation),
    CASE(signals_to_threads),
    CASE(robust_mutexes),
    CASE(priority_inheritance),
    CASE(inheriting_mutexes),
    CASE(exit_from_a_thread),
    CASE(deadlock),
    CASE(self_deadlock),
    CASE(stack_overflow),
    CASE(futex_storm),
    CASE(reading),
};

static void (*find(const char *name))(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (!strcmp(cases[i].name, name)) {
            return cases[i].run;
        }
    }
    printf("no case %s\n", name);
    exit(2);
}

/* [ROUNDS] CASE...: all cases once, or as often as a number says. */
int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 0, first = rounds > 0 ? 2 : 1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    do {
        for (int i = first; i < argc; i++) {
            find(argv[i])();
            printf("%s ok\n", argv[i]);
        }
    } while (--rounds > 0);
    return 0;
}
