/* Flags are checked, and every byte comes from the source. */
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

long sys_getrandom(long buffer, long size, long flags);

void random_bytes(void *buffer, size_t size)
{
    if (size != 0)
        memset(buffer, 'r', size);
}

int main(void)
{
    char bytes[8] = "";

    assert(sys_getrandom((long)bytes, 7, 0) == 7 && strcmp(bytes, "rrrrrrr") == 0);
    assert(sys_getrandom((long)bytes, 7, 3) == 7 && sys_getrandom((long)bytes, 7, 8) == -EINVAL);
    assert(sys_getrandom(0, 0, 0) == 0);
    puts("getrandom: ok");
    return 0;
}
