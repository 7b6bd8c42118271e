#include "cases.h"

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"at-once", at_once},   {"apart", apart},     {"locks", locks},           {"lives", lives},
    {"unmapped", unmapped}, {"churn", churn},     {"protection", protection}, {"between", between},
    {"faults", faults},     {"vectors", vectors}, {"times", times},           {"deadlock", deadlock},
    {"crash", crash},       {"speed", speed},     {"registers", registers},   {"sealed", sealed},
    {"alone", alone},       {"quit", quit},
};

int often = 1;
static int online;

pthread_t begin(void *(*function)(void *), void *argument)
{
    pthread_t thread;

    EXPECT(pthread_create(&thread, NULL, function, argument) == 0);
    return thread;
}

void end(pthread_t thread)
{
    EXPECT(pthread_join(thread, NULL) == 0);
}

void pin(int processor)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    EXPECT(sched_setaffinity(0, sizeof set, &set) == 0);
    EXPECT(sched_getcpu() == processor);
}

void unpin(void)
{
    cpu_set_t set;

    memset(&set, 0xff, sizeof set);
    EXPECT(sched_setaffinity(0, sizeof set, &set) == 0);
}

int processors(void)
{
    return online;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    printf("%d processors\n", online);
    for (int i = 1; i < argc; i++) {
        if (atoi(argv[i]) > 0)
            often = atoi(argv[i]);
        for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
            if (strcmp(argv[i], cases[c].name) == 0) {
                cases[c].run();
                unpin();
                printf("%s: good\n", argv[i]);
            }
    }
    return 0;
}
