/* The C program that everybody writes first, with a block of memory that grows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    static const char greeting[] = "Hello";
    size_t size = sizeof greeting;
    char *text = malloc(size);

    if (text == NULL) {
        return EXIT_FAILURE;
    }
    memcpy(text, greeting, size);
    for (int i = 1; i < argc; i++) {
        size += strlen(argv[i]) + 1;
        char *longer = malloc(size);

        if (longer == NULL) {
            free(text);
            return EXIT_FAILURE;
        }
        snprintf(longer, size, "%s %s", text, argv[i]);
        free(text);
        text = longer;
    }
    printf("%s from musl: %d argument%s, pi is about %.4f\n", text, argc - 1, argc == 2 ? "" : "s",
           355.0 / 113.0);
    free(text);
    return 0;
}
