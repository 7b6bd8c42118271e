#include <console.h>

static char data[5000000];
static const char constants[3000000] = {1, [2999999] = 2};

/* With an argument it writes to the last of its constants, far from the image's first page table. */
int main(int argc, char **argv)
{
    (void)argv;
    for (unsigned i = 0; i < sizeof data; i += 4096)
        data[i] = constants[i % sizeof constants];
    console_write("all there\n", 10);
    if (argc > 1)
        *(volatile char *)&constants[2999999] = 1;
    return data[4096];
}
