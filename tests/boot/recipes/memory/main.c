#include "cases.h"

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"zeroes", zeroes},
    {"sparse", sparse},
    {"splitting", splitting},
    {"protection", protection},
    {"places", places},
    {"large_pages", large_pages},
    {"discarding", discarding},
    {"breaks", breaks},
    {"locking", locking},
    {"errors", errors},
    {"growing", growing},
    {"moving", moving},
    {"moving_large", moving_large},
    {"churn", churn},
    {"private_files", private_files},
    {"shared_files", shared_files},
    {"coherence", coherence},
    {"syncing", syncing},
    {"file_errors", file_errors},
    {"ends_of_files", ends_of_files},
    {"fault_kinds", fault_kinds},
    {"file_faults", file_faults},
    {"faults_in_calls", faults_in_calls},
    {"deep_stack", deep_stack},
    {"promises", promises},
    {"exhaustion", exhaustion},
    {"shortage", shortage},
};

size_t present(void *start, size_t size)
{
    static unsigned char vector[4096];
    size_t count = 0;

    CHECK(mincore(start, size, vector) == 0);
    for (size_t i = 0; i < size / PAGE; i++)
        count += vector[i] & 1;
    return count;
}

/* For comparing boots: where a mapping and the break lie. */
static int where(void)
{
    printf("%p %p\n", (void *)map(PAGE, PROT_READ, PRIVATE), sbrk(0));
    return 0;
}

/* More than there is, where the kernel lets it happen: it must end before its last line. */
static int overcommitted(void)
{
    size_t size = (size_t)256 << 20;
    char *start = map(size, READ_WRITE, PRIVATE);

    for (size_t i = 0; i < size; i += PAGE)
        poke(start + i, 1);
    puts("survived");
    return 0;
}

/* Without arguments all of them, else those that are named. */
int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "cost") == 0)
        return cost(argv[2], atol(argv[3]));
    if (argc == 2 && strcmp(argv[1], "where") == 0)
        return where();
    if (argc == 2 && strcmp(argv[1], "overcommitted") == 0)
        return overcommitted();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int word = argc > 1 ? 1 : 0; word < argc; word++)
            if (argc == 1 || strcmp(argv[word], cases[i].name) == 0) {
                cases[i].run();
                printf("%s ok\n", cases[i].name);
            }
    return 0;
}
