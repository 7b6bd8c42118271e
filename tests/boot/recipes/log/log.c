#include <stdio.h>
#include <string.h>
#include <sys/klog.h>

enum { READ_ALL = 3, READ_CLEAR = 4, SIZE_BUFFER = 10 };

int main(int argc, char **argv)
{
    static char text[65536];
    int size = klogctl(SIZE_BUFFER, NULL, 0), length;

    printf("size %d\n", size);
    length = klogctl(READ_CLEAR, text, sizeof text);
    printf("%.*s", length, text);
    printf("left %d\n", klogctl(READ_ALL, text, sizeof text));
    if (argc > 1 && strcmp(argv[1], "crash") == 0)
        *(volatile char *)8 = 1;
    return 0;
}
