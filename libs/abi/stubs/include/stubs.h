/*
 * System calls that the recipe lists under `stub:` and no selected library implements.
 *
 * The generated table has one entry for each; the generated sys_<name>() counts the call and returns
 * -ENOSYS. stubs_report() writes one line to the console that names every one that was called and how often,
 * and nothing if none was.
 */
#pragma once

#include <stddef.h>

struct stub {
    const char *name;
    unsigned long calls;
};

extern struct stub stubs[];
extern const size_t stub_count;

void stubs_report(void);
