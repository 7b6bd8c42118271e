#include <errno.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    pid_t child = fork();

    printf("fork %d %d\n", (int)child, errno == ENOSYS);
    return 0;
}
