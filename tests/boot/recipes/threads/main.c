#include "cases.h"

#include "../chosen_cases.h"

static const struct chosen_case cases[] = {
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

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    return run_chosen_cases(cases, sizeof cases / sizeof *cases, argc, argv);
}
