#include <pages.h>

#include "stress.h"

#define STACK 65536

static const struct kind *const kinds[] = {&futexes, &signals, &timers, &mappings, &files, &failures};
#define KINDS (sizeof kinds / sizeof *kinds)

pthread_t begin(void *(*function)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;

    EXPECT(!pthread_attr_init(&attributes) && !pthread_attr_setstacksize(&attributes, STACK));
    EXPECT(!pthread_create(&thread, &attributes, function, argument));
    pthread_attr_destroy(&attributes);
    return thread;
}

static void round_of_all(long work)
{
    for (size_t i = 0; i < KINDS; i++)
        kinds[i]->start(work);
    for (size_t i = 0; i < KINDS; i++)
        kinds[i]->finish();
}

/* ROUNDS WORK: everything at once, ROUNDS times. */
int main(int argc, char **argv)
{
    long rounds = argc > 1 ? atol(argv[1]) : 2, work = argc > 2 ? atol(argv[2]) : 1;

    setvbuf(stdout, NULL, _IOLBF, 0);
    round_of_all(1); /* what is allocated once and kept is there now */
    printf("before: %zu pages free\n", pages_available());
    for (long round = 0; round < rounds; round++) {
        round_of_all(work);
        printf("round %ld: %zu pages free\n", round + 1, pages_available());
    }
    printf("all is done\n");
    return 0;
}
