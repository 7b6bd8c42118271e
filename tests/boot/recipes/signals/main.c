#include "cases.h"

#define CASE(name)                                                                                           \
    {                                                                                                        \
#name, name                                                                                          \
    }
static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    CASE(null_pointer),  CASE(divide_by_zero),        CASE(undefined),
    CASE(breakpoint),    CASE(floating_point),        CASE(context_registers),
    CASE(nested_faults), CASE(overflow_on_alternate), CASE(float_state),
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
