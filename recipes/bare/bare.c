/* The smallest application: no C library, one line on the console. */
#include <console.h>

int main(void)
{
    static const char line[] = "Hello from an image without a C library\n";

    console_write(line, sizeof line - 1);
    return 0;
}
