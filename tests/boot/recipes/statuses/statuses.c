#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void last_words(void)
{
    puts("last words");
}

int main(int argc, char **argv)
{
    const char *greeting = getenv("GREETING");

    for (int i = 0; i < argc; i++)
        printf("argv[%d]=<%s>\n", i, argv[i]);
    printf("greeting=<%s>\n", greeting ? greeting : "none");
    atexit(last_words);
    if (argc > 1 && !strcmp(argv[1], "abort"))
        abort();
    return argc > 1 ? atoi(argv[1]) : 0;
}
