/*
 * What a new program finds on its stack: System V ABI for x86_64, section 3.4.1 (other architectures agree).
 */
#include "process.h"

#include <config.h>
#include <string.h>
#ifdef CONFIG_LIB_RANDOM
#include <random.h>
#endif

/* Linux, include/uapi/linux/auxvec.h. */
#define AT_NULL 0
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_RANDOM 25
#define AT_EXECFN 31

#define AUXILIARY 7
#define HEADER_SIZE 56 /* of an ELF-64 program header */
#define MAPPED_PAGE 4096
#define RANDOM_SIZE 16

static size_t measure(char *const *words, size_t *bytes)
{
    size_t count = 0;

    for (; words && words[count]; count++)
        *bytes += strlen(words[count]) + 1;
    return count;
}

static uintptr_t *put_words(uintptr_t *at, char *const *words, char **text)
{
    for (; words && *words; words++) {
        size_t size = strlen(*words) + 1;

        memcpy(*text, *words, size);
        *at++ = (uintptr_t)*text;
        *text += size;
    }
    *at++ = 0;
    return at;
}

static uintptr_t *put(uintptr_t *at, uintptr_t type, uintptr_t value)
{
    at[0] = type;
    at[1] = value;
    return at + 2;
}

uintptr_t *process_arguments(char *end, size_t size, char *const *argv, char *const *envp, const char *path,
                             const struct program *program)
{
    size_t bytes = strlen(path) + 1 + RANDOM_SIZE, argc = measure(argv, &bytes), envc = measure(envp, &bytes);
    size_t words = 1 + argc + 1 + envc + 1 + (size_t)2 * AUXILIARY;
    char *text;
    uintptr_t *stack, *at;

    if (bytes > size || words * sizeof(uintptr_t) > size - bytes ||
        size - bytes - words * sizeof(uintptr_t) < 32)
        return NULL;
    text = end - bytes;
    stack = (uintptr_t *)(((uintptr_t)text - words * sizeof(uintptr_t)) & ~(uintptr_t)15);
    at = stack;
    *at++ = argc;
    at = put_words(at, argv, &text);
    at = put_words(at, envp, &text);
    at = put(at, AT_PHDR, program->headers);
    at = put(at, AT_PHENT, HEADER_SIZE);
    at = put(at, AT_PHNUM, program->header_count);
    at = put(at, AT_PAGESZ, MAPPED_PAGE);
    at = put(at, AT_EXECFN, (uintptr_t)text);
    memcpy(text, path, strlen(path) + 1);
    text += strlen(path) + 1;
#ifdef CONFIG_LIB_RANDOM
    random_bytes(text, RANDOM_SIZE);
    at = put(at, AT_RANDOM, (uintptr_t)text);
#endif
    put(at, AT_NULL, 0);
    return stack;
}
