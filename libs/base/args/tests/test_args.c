#include <args.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *const recipe_argv[] = {"app", "one", "two", NULL};
char *const recipe_envp[] = {NULL};

static char *argv[ARGS_MAX + 1];
static char *line;

static int split(const char *text)
{
    free(line); /* a block of its own, so that ASan sees a byte too many */
    line = malloc(strlen(text) + 1);
    strcpy(line, text);
    return args_split(line, argv);
}

static void expect(const char *text, int argc, const char *a1, const char *a2, const char *a3)
{
    const char *wanted[] = {"app", a1, a2, a3};

    assert(split(text) == argc);
    for (int i = 0; i < argc; i++)
        assert(strcmp(argv[i], wanted[i]) == 0);
    assert(argv[argc] == NULL);
}

static void words(void)
{
    expect("", 3, "one", "two", NULL);
    expect("   \t ", 3, "one", "two", NULL);
    expect("key=value", 3, "one", "two", NULL);
    expect("--", 1, NULL, NULL, NULL);
    expect("-- ", 1, NULL, NULL, NULL);
    expect("a=b --  x \t y ", 3, "x", "y", NULL);
    expect("-- -- x", 3, "--", "x", NULL);
    expect("\"--\"", 3, "one", "two", NULL);
    expect("-- \"a b\" c\"d e\"f \"\"", 4, "a b", "cd ef", "");
    expect("-- \"a\\\"b\\\\c\" a\\b", 3, "a\"b\\c", "a\\b", NULL);
    expect("--x -- y", 2, "y", NULL, NULL);
}

static void wrong(void)
{
    char many[4 * ARGS_MAX] = "--";

    assert(split("-- \"a") == -EINVAL);
    assert(split("\"") == -EINVAL);
    assert(split("-- \"a\\") == -EINVAL);
    for (int i = 1; i < ARGS_MAX; i++)
        strcat(many, " x");
    assert(split(many) == ARGS_MAX);
    strcat(many, " x");
    assert(split(many) == -E2BIG);
}

static void parameters(void)
{
    split("a=1 \"b=2 3\" flag a=4 ab=5 empty= -- c=6");
    assert(strcmp(args_parameter("a"), "4") == 0);
    assert(strcmp(args_parameter("b"), "2 3") == 0);
    assert(strcmp(args_parameter("ab"), "5") == 0);
    assert(strcmp(args_parameter("flag"), "") == 0);
    assert(strcmp(args_parameter("empty"), "") == 0);
    assert(!args_parameter("c") && !args_parameter("fla") && !args_parameter("app") && !args_parameter("1"));
    split("");
    assert(!args_parameter("a"));
    split("-- a=1");
    assert(!args_parameter("a"));
    split("a=1");
    assert(strcmp(args_parameter("a"), "1") == 0);
    split("\"a=1\"");
    assert(strcmp(args_parameter("a"), "1") == 0);
}

static void repeated(void)
{
    const char *value;

    split("a=1 b=a=9 a=3 a ab=7 \"a=4 a=5\" a= -- a=6");
    value = args_parameter_next("a", NULL);
    assert(strcmp(value, "1") == 0);
    value = args_parameter_next("a", value);
    assert(strcmp(value, "3") == 0);
    value = args_parameter_next("a", value);
    assert(strcmp(value, "4 a=5") == 0);
    value = args_parameter_next("a", value);
    assert(strcmp(value, "") == 0);
    assert(!args_parameter_next("a", value) && !args_parameter_next("c", NULL));
    split("");
    assert(!args_parameter_next("a", NULL));
}

int main(void)
{
    words();
    repeated();
    wrong();
    parameters();
    free(line);
    return 0;
}
