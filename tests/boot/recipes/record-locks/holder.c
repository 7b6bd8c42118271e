/* A process that locks what it is told. Orders come by standard input, answers go to standard output. */
#include "order.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void nothing(int signal)
{
    (void)signal;
}

static int handle(int flags)
{
    struct sigaction action = {.sa_handler = nothing, .sa_flags = flags};

    return sigaction(SIGUSR1, &action, NULL);
}

static int obey(int file, const char *path, struct order *order)
{
    char *words[] = {"holder", (char *)path, "again", NULL};

    switch (order->what) {
    case OPEN_AND_CLOSE:
        return close(open(path, O_RDONLY));
    case RESTART:
        return handle(SA_RESTART);
    case EXECUTE:
        return execv(BIN "holder", words);
    default:
        return fcntl(file, order->what, &order->lock);
    }
}

int main(int argc, char **argv)
{
    int file = argc > 2 ? 3 : open(argv[1], O_RDWR);
    struct answer answer = {0};
    struct order order;

    if (file != 3 || handle(0) != 0)
        return 1;
    if (argc > 2 && write(1, &answer, sizeof(answer)) != sizeof(answer))
        return 1;
    while (read(0, &order, sizeof(order)) == sizeof(order)) {
        answer.error = obey(file, argv[1], &order) == 0 ? 0 : errno;
        answer.lock = order.lock;
        if (write(1, &answer, sizeof(answer)) != sizeof(answer))
            return 1;
    }
    return 0;
}
