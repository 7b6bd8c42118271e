#include "failures.h"

#include <args.h>
#include <pages_failures.h>
#include <stddef.h>

#define DEFAULT_AFTER 1000

static uint32_t every, seed;
static uint32_t countdown; /* with seed 0 */
static uint32_t random;
static uint64_t failed;
static uint64_t allocations;
static uint64_t begin; /* at this allocation the parameter holds; 0: it is not there, or does already */
static bool asked;     /* for the parameter */

/* A decimal number, and where it ends. */
static uint32_t number(const char **text)
{
    uint32_t value = 0;

    while (**text >= '0' && **text <= '9')
        value = 10 * value + (uint32_t)(*(*text)++ - '0');
    return value;
}

/* At the first allocation: those of the boot come before any use of it. */
static void read_parameters(void)
{
    const char *after = args_parameter("pages.after");

    asked = true;
    if (args_parameter("pages.fail") != NULL)
        begin = after != NULL ? number(&after) + 1 : DEFAULT_AFTER;
}

static void begin_by_parameter(void)
{
    const char *text = args_parameter("pages.fail");
    uint32_t n = number(&text);

    begin = 0;
    if (*text == ',')
        text++;
    pages_fail(n, number(&text));
}

void pages_fail(uint32_t one_of, uint32_t first_seed)
{
    every = countdown = one_of;
    seed = random = first_seed;
}

uint64_t pages_failed(void)
{
    return failed;
}

bool pages_buddy_fails(void)
{
    if (!asked)
        read_parameters();
    if (++allocations == begin)
        begin_by_parameter();
    if (every == 0)
        return false;
    if (seed == 0) {
        if (--countdown != 0)
            return false;
        countdown = every;
    } else {
        /* Marsaglia, "Xorshift RNGs", 2003: the triple 13, 17, 5. */
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        if (random % every != 0)
            return false;
    }
    failed++;
    return true;
}
