/* What a process may ask about itself. */
#include "cases.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>

void limits(void)
{
    struct rlimit limit, same;

    expect(getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur == 8 << 20 &&
           limit.rlim_max == RLIM_INFINITY);
    expect(getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
    expect(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0);
    limit = (struct rlimit){1 << 20, 2 << 20};
    expect(setrlimit(RLIMIT_DATA, &limit) == 0 && getrlimit(RLIMIT_DATA, &same) == 0);
    expect(same.rlim_cur == 1 << 20 && same.rlim_max == 2 << 20);
    limit = (struct rlimit){2, 1};
    expect(setrlimit(RLIMIT_DATA, &limit) == -1 && errno == EINVAL);
    expect(getrlimit(99, &limit) == -1 && errno == EINVAL);
    expect(prlimit(4711, RLIMIT_AS, NULL, &limit) == -1 && errno == ESRCH);
}

void usage(void)
{
    struct rusage usage;
    struct tms tms;

    expect(getrusage(RUSAGE_SELF, &usage) == 0 &&
           usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec > 0);
    expect(getrusage(RUSAGE_THREAD, &usage) == 0 &&
           usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec > 0);
    expect(getrusage(RUSAGE_CHILDREN, &usage) == 0 && usage.ru_utime.tv_usec == 0);
    expect(getrusage(9, &usage) == -1 && errno == EINVAL);
    expect(times(&tms) != -1 && tms.tms_cutime == 0);
}

static void *named(void *argument)
{
    char name[16];

    (void)argument;
    expect(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "") == 0);
    expect(prctl(PR_SET_NAME, "a name that is too long") == 0 && prctl(PR_GET_NAME, name) == 0);
    expect(strcmp(name, "a name that is ") == 0);
    return NULL;
}

void names(void)
{
    char name[16];
    pthread_t id;

    expect(prctl(PR_SET_NAME, "main") == 0 && pthread_create(&id, NULL, named, NULL) == 0);
    expect(pthread_join(id, NULL) == 0 && prctl(PR_GET_NAME, name) == 0 && strcmp(name, "main") == 0);
    expect(prctl(PR_GET_DUMPABLE) == 1 && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0);
    expect(prctl(PR_SET_DUMPABLE, 3) == -1 && errno == EINVAL && prctl(9999) == -1 && errno == EINVAL);
}

void system_information(void)
{
    struct sysinfo info;

    expect(sysinfo(&info) == 0 && info.procs == 1 && info.mem_unit == 4096);
    expect(info.freeram > 0 && info.freeram <= info.totalram && info.totalram * info.mem_unit > 1 << 20);
}
