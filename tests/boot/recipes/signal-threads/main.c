#include "cases.h"

#include "../chosen_cases.h"

static const struct chosen_case cases[] = {
    CASE(overflow_in_threads), CASE(who_does_not_block_it),
    CASE(one_thread_waits),    CASE(passed_on),
    CASE(restarted_locks),     CASE(time_of_a_thread),
    CASE(ended_with_signals),  CASE(blocked_ones_are_inherited),
};

int main(int argc, char **argv)
{
    return run_chosen_cases(cases, sizeof cases / sizeof *cases, argc, argv);
}
