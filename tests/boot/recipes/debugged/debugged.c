#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static sem_t ready, never;

static void *wait_for_ever(void *argument)
{
    int mine = *(int *)argument;

    sem_post(&ready);
    sem_wait(&never);
    return (void *)(long)mine;
}

__attribute__((noinline)) void look_here(int answer)
{
    printf("the answer is %d\n", answer);
}

int main(void)
{
    static int numbers[] = {11, 22};
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, wait_for_ever, &numbers[i]);
    for (int i = 0; i < 2; i++)
        sem_wait(&ready);
    look_here(42);
    return 3;
}
