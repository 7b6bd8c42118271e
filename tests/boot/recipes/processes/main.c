#include "cases.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"exits", exits},
    {"signals", signals},
    {"replaced", replaced},
    {"directories", directories},
    {"descriptors", descriptors},
    {"groups", groups},
    {"faults", faults},
    {"threads_inside", threads_inside},
    {"many", many},
    {"pipeline", pipeline},
    {"popen_and_system", popen_and_system},
    {"spawn_actions", spawn_actions},
};

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    for (int i = 1; i < argc; i++)
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++)
            if (strcmp(argv[i], cases[k].name) == 0) {
                printf("-- %s\n", cases[k].name);
                cases[k].run();
            }
    return 0;
}
