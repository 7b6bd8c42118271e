/* What a process may ask about itself. */
#include "cases.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/times.h>

void limits(void)
{
    struct rlimit limit, same;

    EXPECT(getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur == 8 << 20 &&
           limit.rlim_max == RLIM_INFINITY);
    EXPECT(getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY);
    EXPECT(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 0);
    limit = (struct rlimit){1 << 20, 2 << 20};
    EXPECT(setrlimit(RLIMIT_DATA, &limit) == 0 && getrlimit(RLIMIT_DATA, &same) == 0);
    EXPECT(same.rlim_cur == 1 << 20 && same.rlim_max == 2 << 20);
    limit = (struct rlimit){2, 1};
    EXPECT(setrlimit(RLIMIT_DATA, &limit) == -1 && errno == EINVAL);
    EXPECT(getrlimit(99, &limit) == -1 && errno == EINVAL);
    EXPECT(prlimit(4711, RLIMIT_AS, NULL, &limit) == -1 && errno == ESRCH);
}

void usage(void)
{
    struct rusage usage;
    struct tms tms;

    EXPECT(getrusage(RUSAGE_SELF, &usage) == 0 &&
           usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec > 0);
    EXPECT(getrusage(RUSAGE_THREAD, &usage) == 0 &&
           usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec > 0);
    EXPECT(getrusage(RUSAGE_CHILDREN, &usage) == 0 && usage.ru_utime.tv_usec == 0);
    EXPECT(getrusage(9, &usage) == -1 && errno == EINVAL);
    EXPECT(times(&tms) != -1 && tms.tms_cutime == 0);
}

static void *named(void *argument)
{
    char name[16];

    (void)argument;
    EXPECT(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "") == 0);
    EXPECT(prctl(PR_SET_NAME, "a name that is too long") == 0 && prctl(PR_GET_NAME, name) == 0);
    EXPECT(strcmp(name, "a name that is ") == 0);
    return NULL;
}

void names(void)
{
    char name[16];
    pthread_t id;

    EXPECT(prctl(PR_SET_NAME, "main") == 0 && pthread_create(&id, NULL, named, NULL) == 0);
    EXPECT(pthread_join(id, NULL) == 0 && prctl(PR_GET_NAME, name) == 0 && strcmp(name, "main") == 0);
    EXPECT(prctl(PR_GET_DUMPABLE) == 1 && prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0);
    EXPECT(prctl(PR_SET_DUMPABLE, 3) == -1 && errno == EINVAL && prctl(9999) == -1 && errno == EINVAL);
}

void system_information(void)
{
    struct sysinfo info;

    EXPECT(sysinfo(&info) == 0 && info.procs == 1 && info.mem_unit == 4096);
    EXPECT(info.freeram > 0 && info.freeram <= info.totalram && info.totalram * info.mem_unit > 1 << 20);
}
