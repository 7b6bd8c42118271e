#include "cases.h"

#include <signal.h>

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"names", names},         {"streams", streams}, {"halves", halves},   {"packets", packets},
    {"sequences", sequences}, {"rights", rights},   {"garbage", garbage}, {"credentials", credentials},
};

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int lowest;

        printf("%s\n", cases[i].name);
        cases[i].run();
        lowest = dup(0); /* each leaves nothing open */
        if (lowest != 3)
            printf("  left open: %d\n", lowest - 3);
        close(lowest);
        fflush(stdout);
    }
    return 0;
}
