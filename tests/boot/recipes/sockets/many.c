/*
 * Many connections, at the same time and one after the other.
 */
#include "sockets.h"

#include <stdio.h>
#include <unistd.h>

#define AT_ONCE 100
#define IN_TURN 3000

void test_many(void)
{
    static int ends[2 * AT_ONCE];
    struct sockaddr_in at;
    int fd = listener(&at, AT_ONCE), good = 0;
    char byte;

    for (int i = 0; i < AT_ONCE; i++) {
        ends[i] = client();
        good += connect(ends[i], (struct sockaddr *)&at, sizeof(at)) == 0;
    }
    for (int i = 0; i < AT_ONCE; i++)
        ends[AT_ONCE + i] = accept(fd, NULL, NULL);
    for (int i = 0; i < AT_ONCE; i++)
        good += send(ends[i], "x", 1, 0) == 1;
    for (int i = 0; i < AT_ONCE; i++)
        good += read(ends[AT_ONCE + i], &byte, 1) == 1;
    for (int i = 0; i < 2 * AT_ONCE; i++)
        close(ends[i]);
    printf("at once: %d\n", good);
    good = 0;
    for (int i = 0; i < IN_TURN; i++) {
        int a = client(), b;

        if (connect(a, (struct sockaddr *)&at, sizeof(at)) != 0) {
            report("connect", -1);
            close(a);
            break;
        }
        b = accept(fd, NULL, NULL);
        good += send(a, "ping", 4, 0) == 4 && read(b, &byte, 1) == 1;
        close(b);
        close(a);
    }
    printf("in turn: %d\n", good);
    close(fd);
}
