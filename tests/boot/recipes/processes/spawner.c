/* A child that has children and threads of its own. */
#define _GNU_SOURCE
#include "cases.h"

#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int sum;

static void *add(void *argument)
{
    for (int i = 0; i < 1000; i++) {
        pthread_mutex_lock(&mutex);
        sum++;
        pthread_mutex_unlock(&mutex);
    }
    return argument;
}

static void *leave(void *argument)
{
    (void)argument;
    exit(21);
}

static void *stay(void *argument)
{
    for (;;)
        sleep(100);
    return argument;
}

int main(int argc, char **argv)
{
    char *words[] = {"tell", "exit", "4", NULL}, *none[] = {NULL};
    pthread_t threads[8];
    pid_t child;
    int status;

    if (argc < 2)
        return 1;
    posix_spawn(&child, BIN "tell", NULL, NULL, words, none);
    if (strcmp(argv[1], "orphan") == 0)
        return 11; /* without having waited */
    waitpid(child, &status, 0);
    printf("grandchild %d\n", WEXITSTATUS(status));
    if (strcmp(argv[1], "exit_from_thread") == 0) {
        pthread_create(&threads[0], NULL, stay, NULL);
        pthread_create(&threads[1], NULL, leave, NULL);
        stay(NULL);
    }
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, add, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    printf("sum %d\n", sum);
    return 12;
}
