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
    CASE(exit_from_a_thread),
    CASE(deadlock),
    CASE(self_deadlock),
    CASE(stack_overflow),
    CASE(futex_storm),
};

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        size_t found = 0;

        while (found < sizeof cases / sizeof *cases && strcmp(cases[found].name, argv[i])) {
            found++;
        }
        if (found == sizeof cases / sizeof *cases) {
            printf("no case %s\n", argv[i]);
            return 2;
        }
        cases[found].run();
        printf("%s ok\n", argv[i]);
    }
    return 0;
}
