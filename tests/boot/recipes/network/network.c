#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
    int l = socket(AF_INET, SOCK_STREAM, 0), c = socket(AF_INET, SOCK_STREAM, 0), s;
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof(a);
    char b[100];
    printf("bind %d\n", bind(l, (void *)&a, n));
    printf("listen %d\n", listen(l, 5));
    printf("connect %d\n", connect(c, (void *)&a, n));
    s = accept(l, (void *)&a, &n);
    printf("accept %d\n", s);
    printf("write %zd\n", write(c, "hello", 5));
    printf("read %zd\n", read(s, b, 100));
    close(c);
    printf("read %zd\n", read(s, b, 100));
    return 0;
}
