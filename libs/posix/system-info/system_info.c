#include <boot_info.h>
#include <clock.h>
#include <config.h>
#include <linux_time.h>
#include <pages.h>
#ifdef CONFIG_LIB_KTHREAD
#include <kthread.h>
#endif

long sys_sysinfo(long info);

/* struct sysinfo: Linux, include/uapi/linux/sysinfo.h. */
struct system_info {
    int64_t uptime; /* seconds */
    uint64_t loads[3];
    uint64_t total, free, shared, buffers; /* in units of `unit` bytes */
    uint64_t swap_total, swap_free;
    uint16_t threads;
    uint16_t padding;
    uint64_t high_total, high_free;
    uint32_t unit;
};

static uint64_t pages_in_all(void)
{
    uint64_t count = 0;

    for (size_t i = 0; i < boot_info.range_count; i++)
        count += (boot_info.ranges[i].end - boot_info.ranges[i].start) / PAGE_SIZE;
    return count;
}

long sys_sysinfo(long info)
{
    *(struct system_info *)info = (struct system_info){
        .uptime = (int64_t)(clock_monotonic() / NANOSECONDS),
        .total = pages_in_all(),
        .free = pages_available(),
#ifdef CONFIG_LIB_KTHREAD
        .threads = (uint16_t)kthread_count(),
#else
        .threads = 1,
#endif
        .unit = PAGE_SIZE,
    };
    return 0;
}
