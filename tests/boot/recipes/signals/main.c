#include "cases.h"

#include "../chosen_cases.h"

static const struct chosen_case cases[] = {
    CASE(null_pointer),
    CASE(divide_by_zero),
    CASE(undefined),
    CASE(breakpoint),
    CASE(floating_point),
    CASE(context_registers),
    CASE(nested_faults),
    CASE(overflow_on_alternate),
    CASE(float_state),
    CASE(bad_pointers),
    CASE(carried),
    CASE(queued_in_order),
    CASE(masks_of_handlers),
    CASE(suspended),
    CASE(waited_for),
    CASE(ignored),
    CASE(ends_by_term),
    CASE(ends_by_abort),
    CASE(ends_by_blocked_fault),
    CASE(ends_by_ignored_fault),
    CASE(interrupted_loop),
    CASE(jumps_out_of_loops),
    CASE(preempted_on_alternate),
    CASE(interrupted_sleep),
    CASE(interrupted_poll),
    CASE(restarted_read),
};

int main(int argc, char **argv)
{
    return run_chosen_cases(cases, sizeof cases / sizeof *cases, argc, argv);
}
