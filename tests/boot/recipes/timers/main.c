#include "cases.h"

#include "../chosen_cases.h"

static const struct chosen_case cases[] = {
    CASE(one_shot),        CASE(interval_and_overrun),
    CASE(absolute),        CASE(by_thread),
    CASE(many_timers),     CASE(processor_time_timer),
    CASE(itimer_values),   CASE(virtual_and_profiling),
    CASE(processor_time),  CASE(clock_numbers),
    CASE(absolute_sleeps), CASE(clock_is_set),
    CASE(limits),          CASE(usage),
    CASE(names),           CASE(system_information),
};

int main(int argc, char **argv)
{
    return run_chosen_cases(cases, sizeof cases / sizeof *cases, argc, argv);
}
