/*
 * Port 7 (RFC 862), without end. What is not read here waits at the other: both directions are full at once.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void answer(int visitor)
{
    static char text[65536];
    ssize_t length, done, put;

    while ((length = read(visitor, text, sizeof(text))) > 0)
        for (done = 0; done < length; done += put) {
            put = write(visitor, text + done, (size_t)(length - done));
            if (put <= 0)
                return;
        }
}

int main(void)
{
    struct sockaddr_in6 at = {.sin6_family = AF_INET6, .sin6_port = htons(7), .sin6_addr = IN6ADDR_ANY_INIT};
    int door = socket(AF_INET6, SOCK_STREAM, 0);

    if (bind(door, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(door, 10) != 0) {
        perror("both-ways");
        return 1;
    }
    for (;;) {
        int visitor = accept(door, NULL, NULL);

        if (visitor >= 0) {
            answer(visitor);
            close(visitor);
        }
    }
}
