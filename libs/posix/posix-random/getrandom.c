#include <errno.h>
#include <random.h>

/* Linux, include/uapi/linux/random.h: GRND_NONBLOCK, GRND_RANDOM, GRND_INSECURE. None makes a difference
 * here. */
#define FLAGS 7

long sys_getrandom(long buffer, long size, long flags);

long sys_getrandom(long buffer, long size, long flags)
{
    if (flags & ~FLAGS) {
        return -EINVAL;
    }
    random_bytes((void *)buffer, (size_t)size);
    return size;
}
