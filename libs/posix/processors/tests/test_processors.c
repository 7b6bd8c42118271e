/* One processor, and the limits of priorities. */
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

long sys_getcpu(long processor, long node);
long sys_sched_get_priority_max(long policy);
long sys_sched_get_priority_min(long policy);
long sys_sched_getaffinity(long thread, long size, long set);
long sys_sched_setaffinity(long thread, long size, long set);

int main(void)
{
    uint64_t set[3] = {7, 7, 7}, none = 2;
    unsigned processor = 9, node = 9;

    assert(sys_getcpu((long)&processor, (long)&node) == 0 && processor == 0 && node == 0 &&
           sys_getcpu(0, 0) == 0);
    assert(sys_sched_getaffinity(0, 24, (long)set) == 8 && set[0] == 1 && set[1] == 7);
    assert(sys_sched_getaffinity(0, 7, (long)set) == -EINVAL &&
           sys_sched_getaffinity(0, 12, (long)set) == -EINVAL);
    assert(sys_sched_setaffinity(0, 8, (long)set) == 0 &&
           sys_sched_setaffinity(0, 8, (long)&none) == -EINVAL);
    assert(sys_sched_setaffinity(0, 0, (long)set) == -EINVAL);
    assert(sys_sched_get_priority_max(1) == 99 && sys_sched_get_priority_min(2) == 1);
    assert(sys_sched_get_priority_max(0) == 0 && sys_sched_get_priority_min(4) == -EINVAL);
    puts("processors: ok");
    return 0;
}
