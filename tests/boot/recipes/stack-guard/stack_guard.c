#include <console.h>
#include <stack_protector.h>

int main(int argc, char **argv);

/* Without an argument the guard is shown; with one, set to what it is. */
int main(int argc, char **argv)
{
    char text[17];

    (void)argv;
    if (argc > 1)
        *(volatile uintptr_t *)&__stack_chk_guard = __stack_chk_guard;
    for (int digit = 0; digit < 16; digit++)
        text[digit] = "0123456789abcdef"[__stack_chk_guard >> (60 - 4 * digit) & 15];
    text[16] = '\n';
    console_write(text, sizeof text);
    return 0;
}
