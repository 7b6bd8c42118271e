/* Each violation ends the image; reaching the end of main() means that a wall is missing. */
#include <console.h>
#include <stdint.h>

static const int constant[] = {1, 2, 3};
static int (*volatile nowhere)(void);
static unsigned char code[16] __attribute__((aligned(16)));

int main(int argc, char **argv);

static int same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static int descend(volatile int *above)
{
    volatile int here[64];

    here[0] = *above;
    return descend(here) + here[0];
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    volatile int zero = 0;

    if (same(what, "null-read"))
        return *(volatile int *)(uintptr_t)zero;
    if (same(what, "null-write"))
        *(volatile int *)(uintptr_t)zero = 1;
    if (same(what, "null-call"))
        return nowhere();
    if (same(what, "write-rodata"))
        *(volatile int *)(uintptr_t)constant = 2;
    if (same(what, "write-text"))
        *(volatile unsigned char *)(uintptr_t)main = 0;
    if (same(what, "execute-data")) {
        code[0] = 0xc3; /* a return instruction */
        ((void (*)(void))(uintptr_t)code)();
    }
    if (same(what, "stack-overflow"))
        return descend(&zero);
    if (same(what, "divide"))
        return 100 / zero; /* of 1 / x a compiler makes comparisons */
    if (same(what, "undefined"))
        __builtin_trap();
    if (same(what, "loop"))
        for (;;)
            zero = 0;
    console_write("survived\n", 9);
    return 0;
}
