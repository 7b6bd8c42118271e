#include "cases.h"

#define CASE(name)                                                                                           \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
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
    for (int i = 1; i < argc; i++) {
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
            if (strcmp(argv[i], cases[c].name) == 0) {
                cases[c].run();
                printf("%s ok\n", argv[i]);
                fflush(stdout);
            }
        }
    }
    return 0;
}
