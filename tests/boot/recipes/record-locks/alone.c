/* The part about open files without the processes. */
#include "order.h"

#include <stdio.h>
#include <unistd.h>

int main(void)
{
    int file = open("shared", O_RDWR | O_CREAT, 0600);

    if (file < 0 || ftruncate(file, 100) != 0 || close(file) != 0)
        perror("shared");
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_files("shared");
    return 0;
}
