/* Threads put objects of many sizes into places that all share, and free what they find there. */
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4
#define PLACES 64
#define STEPS 20000

static unsigned char *places[PLACES];

static void check(const unsigned char *object)
{
    size_t size;

    memcpy(&size, object, sizeof size);
    if (size > malloc_usable_size((void *)(uintptr_t)object) ||
        object[size - 1] != (unsigned char)(size % 251)) {
        puts("an object was overwritten");
        exit(1);
    }
}

static unsigned char *fill(unsigned char *object, size_t size)
{
    if (object == NULL) {
        puts("no memory");
        exit(1);
    }
    memcpy(object, &size, sizeof size);
    object[size - 1] = (unsigned char)(size % 251);
    return object;
}

static void *work(void *argument)
{
    uint64_t state = (uintptr_t)argument + 1;

    for (unsigned i = 0; i < STEPS; i++) {
        unsigned char *object;
        size_t size;

        state = state * 6364136223846793005u + 1442695040888963407u;
        size = 9 + (state >> 40) % (i % 256 == 0 ? 200000 : i % 16 == 0 ? 10000 : 200);
        object = __atomic_exchange_n(&places[state >> 58], NULL, __ATOMIC_ACQ_REL);
        if (object != NULL) {
            check(object);
            if (state >> 57 & 1)
                object = fill(realloc(object, size), size);
            else
                free(object), object = NULL;
        }
        if (object == NULL)
            object = fill(i % 3 == 0 ? aligned_alloc(64, size) : malloc(size), size);
        object = __atomic_exchange_n(&places[state >> 50 & (PLACES - 1)], object, __ATOMIC_ACQ_REL);
        if (object != NULL)
            check(object);
        free(object);
    }
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    unsigned char *zeroes;

    for (uintptr_t i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, work, (void *)i) != 0)
            return 1;
    for (unsigned i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < PLACES; i++)
        free(places[i]);
    zeroes = calloc(100, 1000);
    for (unsigned i = 0; i < 100000; i++)
        if (zeroes[i] != 0)
            return 2;
    free(zeroes);
    errno = 0;
    zeroes = malloc((size_t)1 << 40);
    if (zeroes != NULL || errno != ENOMEM)
        return 3;
    puts("malloc ok");
    return 0;
}
