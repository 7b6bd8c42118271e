#include "cases.h"

#include <fcntl.h>

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"table", table},
    {"pipes", pipes},
    {"broken_pipes", broken_pipes},
    {"event_counters", event_counters},
    {"timers", timers},
    {"polls", polls},
    {"selects", selects},
    {"epolls", epolls},
    {"edges", edges},
    {"one_shots", one_shots},
    {"nesting", nesting},
    {"closing", closing},
};

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int lowest;

        printf("%s\n", cases[i].name);
        cases[i].run();
        /* Each leaves nothing open. */
        lowest = dup(0);
        if (lowest != 3)
            printf("  left open: %d\n", lowest - 3);
        close(lowest);
        fflush(stdout);
    }
    return 0;
}
