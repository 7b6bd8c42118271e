/*
 * Writes a file, waits for a second thread, which sleeps, and dies without having synced anything.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *rest(void *nothing)
{
    usleep(2500000);
    return nothing;
}

int main(void)
{
    int file = open("/data/left", O_CREAT | O_WRONLY, 0644);
    pthread_t thread;

    if (file < 0 || write(file, "left alone\n", 11) != 11)
        return 1;
    if (pthread_create(&thread, NULL, rest, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return 1;
    puts("slept");
    fflush(stdout);
    abort();
}
