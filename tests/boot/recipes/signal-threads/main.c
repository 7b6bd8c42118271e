#include "cases.h"

#define CASE(name)                                                                                           \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    CASE(overflow_in_threads), CASE(who_does_not_block_it),
    CASE(one_thread_waits),    CASE(passed_on),
    CASE(restarted_locks),     CASE(time_of_a_thread),
    CASE(ended_with_signals),  CASE(blocked_ones_are_inherited),
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
