#include <errno.h>
#include <stdio.h>
#include <sys/swap.h>
#include <unistd.h>

int main(void)
{
    for (int i = 0; i < 3; i++)
        if (swapoff("/swap") != -1 || errno != ENOSYS)
            return 1;
    printf("swapoff: not implemented\n");
    return 0;
}

/* Never called, but the program could: it is reached from a table. */
int (*const volatile possible)(const char *) = acct;
