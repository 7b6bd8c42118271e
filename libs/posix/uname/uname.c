#include "uname.h"

#include <config.h>
#include <string.h>

#define FIELD 65 /* Linux, include/uapi/linux/utsname.h: __NEW_UTS_LEN and a NUL */

/* struct new_utsname. Programs compare the release to learn what a Linux system can do. */
struct names {
    char system[FIELD];
    char node[FIELD];
    char release[FIELD];
    char version[FIELD];
    char machine[FIELD];
    char domain[FIELD];
};

_Static_assert(sizeof CONFIG_UNAME_NODENAME <= FIELD, "UNAME_NODENAME is longer than 64 characters");

long sys_uname(long names);

static void set(char *field, const char *text)
{
    memcpy(field, text, strlen(text) + 1);
}

long sys_uname(long names)
{
    struct names *result = (struct names *)names;

    memset(result, 0, sizeof *result);
    set(result->system, "Linux");
    set(result->node, CONFIG_UNAME_NODENAME);
    set(result->release, "6.1.0-unilith");
    set(result->version, "Unilith");
    set(result->machine, uname_machine);
    set(result->domain, "(none)");
    return 0;
}
