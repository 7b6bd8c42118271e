#include <resource_limits.h>

#include <config.h>
#include <errno.h>
#include <stdint.h>
#ifdef CONFIG_LIB_FD_TABLE
#include <fd_table.h>
#endif
#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

long sys_getrlimit(long resource, long limit);
long sys_setrlimit(long resource, long limit);
long sys_prlimit64(long process, long resource, long new, long old);

#define ONLY 1 /* the process */

/* Linux, include/uapi/asm-generic/resource.h. */
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_NOFILE 7
#define RLIMITS 16
#define UNLIMITED RESOURCE_UNLIMITED

#define SIGXFSZ 25

/* What programs expect of a stack that grows; nothing is measured by it. */
#define STACK ((uint64_t)8 << 20)

struct limit {
    uint64_t now, most;
};

/* Stored as the complement: zeroes are no limit. Of these AS, DATA and FSIZE are enforced, and CORE is by
 * itself. */
static struct limit limits[RLIMITS] = {
    [RLIMIT_STACK] = {.now = ~STACK},
    [RLIMIT_CORE] = {.now = UNLIMITED},
};

static struct limit get(long resource)
{
#ifdef CONFIG_LIB_FD_TABLE
    if (resource == RLIMIT_NOFILE)
        return (struct limit){fd_limit(), fd_limit_max()};
#endif
    return (struct limit){~limits[resource].now, ~limits[resource].most};
}

/* Root may raise what it has lowered. */
static long set(long resource, const struct limit *limit)
{
    if (limit->now > limit->most)
        return -EINVAL;
#ifdef CONFIG_LIB_USERS
    if (limit->most > get(resource).most && !users_are_root())
        return -EPERM;
#endif
#ifdef CONFIG_LIB_FD_TABLE
    if (resource == RLIMIT_NOFILE) {
        if (limit->most > fd_limit_max())
            return -EPERM; /* as Linux, beyond what it can count */
        fd_set_limit((unsigned)limit->now);
        return 0;
    }
#endif
    limits[resource] = (struct limit){~limit->now, ~limit->most};
    return 0;
}

uint64_t resource_limit(unsigned resource)
{
    return ~limits[resource].now;
}

size_t resource_file_room(uint64_t offset, size_t size)
{
    uint64_t limit = resource_limit(RESOURCE_FSIZE);

    if (offset < limit)
        return size < limit - offset ? size : (size_t)(limit - offset);
#ifdef CONFIG_LIB_SIGNALS
    if (size > 0)
        signals_send_current(SIGXFSZ);
#endif
    return 0;
}

long sys_prlimit64(long process, long resource, long new, long old)
{
    struct limit before;

    if ((unsigned long)resource >= RLIMITS)
        return -EINVAL;
    if (process != 0 && process != ONLY)
        return -ESRCH;
    before = get(resource);
    long error = new ? set(resource, (const struct limit *)new) : 0;
    if (!error && old)
        *(struct limit *)old = before;
    return error;
}

long sys_getrlimit(long resource, long limit)
{
    return sys_prlimit64(0, resource, 0, limit);
}

long sys_setrlimit(long resource, long limit)
{
    return sys_prlimit64(0, resource, limit, 0);
}
