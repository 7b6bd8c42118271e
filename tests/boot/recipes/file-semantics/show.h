/* What the parts of this program share. */
#pragma once

#include <errno.h>
#include <stdio.h>

/* Prints what a call said, as a word or a number. */
#define SHOW(call) show(#call, call)

static inline void show(const char *call, long result)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {{EINVAL, "EINVAL"}, {EBADF, "EBADF"},   {ESPIPE, "ESPIPE"},  {EOPNOTSUPP, "EOPNOTSUPP"},
                 {EFBIG, "EFBIG"},   {ENOENT, "ENOENT"}, {ENOTDIR, "ENOTDIR"}};

    for (size_t i = 0; result < 0 && i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].error == errno) {
            printf("%s: %s\n", call, names[i].name);
            return;
        }
    printf("%s: %ld\n", call, result < 0 ? -(long)errno : result);
}

/* Random calls. A line tells of each hundred what came of them; or, if `all`, of each. `plain`: only calls
 * that QEMU's 9P server has. */
void torture(int steps, int all, int plain);
