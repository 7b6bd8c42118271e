#include "process.h"

#include <config.h>
#include <pages.h>
#include <stdint.h>

#define NET_FD "--net-fd"

static int equal(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* A number of bytes, with K, M or G; 0 if it is none or does not fit. */
static size_t size(const char *text)
{
    size_t value = 0, shift = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        if (__builtin_mul_overflow(value, (size_t)10, &value) ||
            __builtin_add_overflow(value, (size_t)(*text - '0'), &value))
            return 0;
    switch (*text) {
    case 'G':
        shift += 10; /* fall through */
    case 'M':
        shift += 10; /* fall through */
    case 'K':
        shift += 10;
        text++;
    }
    return *text == '\0' && value <= SIZE_MAX >> shift ? value << shift : 0;
}

/* Whether a word and the one behind it become a parameter of a library. */
static int is_parameter(const char *word)
{
    return equal(word, "--parameter") || equal(word, NET_FD);
}

struct process_options process_options(char *const *argv)
{
    struct process_options options = {.memory = (size_t)CONFIG_PROCESS_MEMORY_KIB << 10};

    if (*argv != NULL)
        argv++; /* the image itself */
    options.first = argv;
    while (argv[0] != NULL && argv[0][0] == '-' && argv[0][1] == '-') {
        if (equal(argv[0], "--")) {
            options.args_given = 1;
            argv++;
            break;
        }
        if (!equal(argv[0], "--initrd") && !equal(argv[0], "--memory") && !is_parameter(argv[0]))
            process_fail("there is no option; write -- before the application's arguments", argv[0], 0);
        if (argv[1] == NULL)
            process_fail("a value must follow", argv[0], 0);
        if (argv[0][2] == 'i') {
            options.initrd = argv[1];
        } else if (!is_parameter(argv[0])) {
            options.memory = size(argv[1]) & ~(PAGE_SIZE - 1);
            if (options.memory == 0)
                process_fail("--memory takes bytes, or a number with K, M or G, of at least 4K; not", argv[1],
                             0);
        }
        argv += 2;
    }
    options.args = argv;
    options.args_given |= *argv != NULL;
    return options;
}

/* A word in quotes, behind a blank; nothing is written if `line` is NULL. Returns the length with it. */
static size_t put_word(char *line, size_t length, const char *before, const char *word)
{
#define PUT(byte) (line == NULL ? (void)0 : (void)(line[length] = (byte)), (void)length++)
    PUT(' ');
    PUT('"');
    for (; *before != '\0'; before++)
        PUT(*before);
    for (; *word != '\0'; word++) {
        if (*word == '"' || *word == '\\')
            PUT('\\');
        PUT(*word);
    }
    PUT('"');
    return length;
}

size_t process_command_line(const struct process_options *options, char *line)
{
    size_t length = 0;

    /* Options and their values, up to the arguments or the `--` before them. */
    for (char *const *option = options->first; option + 1 < options->args; option += 2)
        if (is_parameter(option[0]))
            length = put_word(line, length, equal(option[0], NET_FD) ? "net.fd=" : "", option[1]);
    if (options->args_given) {
        PUT(' ');
        PUT('-');
        PUT('-');
    }
    for (char *const *arg = options->args; *arg != NULL; arg++)
        length = put_word(line, length, "", *arg);
    PUT('\0');
#undef PUT
    return length;
}
