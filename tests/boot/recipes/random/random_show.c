/* A line for each source of random bytes: its name, and the bytes in hexadecimal. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <unistd.h>

static unsigned char bytes[4096], many[300000];

static void show(const char *name, const unsigned char *from, size_t size)
{
    printf("%s ", name);
    for (size_t i = 0; i < size; i++)
        printf("%02x", from[i]);
    printf("\n");
}

int main(void)
{
    const void *auxiliary = (const void *)getauxval(AT_RANDOM);

    if (auxiliary == NULL || getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return 1;
    show("auxiliary", auxiliary, 16);
    show("getrandom", bytes, sizeof bytes);
    if (getentropy(bytes, 256) != 0)
        return 2;
    show("getentropy", bytes, 256);
    if (getentropy(bytes, 257) != -1 || errno != EIO || getrandom(bytes, 1, 0x80) != -1 || errno != EINVAL)
        return 3;
    /* Beyond some seeds, in one call and in many; what was asked for is filled, and nothing more. */
    if (getrandom(many, sizeof many - 1, GRND_NONBLOCK) != sizeof many - 1 || many[sizeof many - 1] != 0)
        return 4;
    show("end", many + sizeof many - 1 - 256, 256);
    for (int i = 0; i < 3000; i++)
        if (getrandom(bytes, 8, GRND_RANDOM) != 8)
            return 5;
    show("last", bytes, 8);
    return 0;
}
