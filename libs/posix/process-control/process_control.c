#include <config.h>
#include <errno.h>
#ifdef CONFIG_LIB_THREADS
#include <posix_thread.h>
#endif

long sys_prctl(long option, long a, long b, long c, long d);

/* Linux, include/uapi/linux/prctl.h. */
#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2
#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4
#define PR_GET_KEEPCAPS 7
#define PR_SET_KEEPCAPS 8
#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define PR_CAPBSET_READ 23
#define PR_SET_TIMERSLACK 29
#define PR_GET_TIMERSLACK 30
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39
#define PR_SET_THP_DISABLE 41
#define PR_GET_THP_DISABLE 42

#define NAME_SIZE 16 /* TASK_COMM_LEN */
#define LAST_SIGNAL 64
#define LAST_CAPABILITY 40
#define NO_SLACK 1 /* nanosecond: timers come when they are due */

static char *name(void)
{
#ifdef CONFIG_LIB_THREADS
    return threads_current()->name;
#else
    static char only[NAME_SIZE];

    return only;
#endif
}

static void copy_name(char *to, const char *from)
{
    unsigned length = 0;

    for (; length < NAME_SIZE - 1 && from[length]; length++)
        to[length] = from[length];
    to[length] = 0;
}

/* What is remembered for who asks, and changes nothing: nobody else is there to notice. */
static int dumpable = 1, keep_capabilities, death_signal, subreaper, no_new_privileges, no_huge_pages;

static long set(int *value, long given, long last)
{
    if (given < 0 || given > last)
        return -EINVAL;
    *value = (int)given;
    return 0;
}

static long get(int value, long place)
{
    *(int *)place = value;
    return 0;
}

long sys_prctl(long option, long a, long b, long c, long d)
{
    switch (option) {
    case PR_SET_NAME:
        copy_name(name(), (const char *)a);
        return 0;
    case PR_GET_NAME:
        copy_name((char *)a, name());
        return 0;
    case PR_SET_DUMPABLE:
        return set(&dumpable, a, 1);
    case PR_GET_DUMPABLE:
        return dumpable;
    case PR_SET_KEEPCAPS:
        return set(&keep_capabilities, a, 1);
    case PR_GET_KEEPCAPS:
        return keep_capabilities;
    case PR_SET_PDEATHSIG:
        return set(&death_signal, a, LAST_SIGNAL);
    case PR_GET_PDEATHSIG:
        return get(death_signal, a);
    case PR_SET_CHILD_SUBREAPER:
        subreaper = a != 0;
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        return get(subreaper, a);
    case PR_SET_NO_NEW_PRIVS:
        if (a != 1 || b || c || d)
            return -EINVAL;
        no_new_privileges = 1;
        return 0;
    case PR_GET_NO_NEW_PRIVS:
        return no_new_privileges;
    case PR_SET_THP_DISABLE:
        no_huge_pages = a != 0;
        return 0;
    case PR_GET_THP_DISABLE:
        return no_huge_pages;
    case PR_SET_TIMERSLACK:
        return 0;
    case PR_GET_TIMERSLACK:
        return NO_SLACK;
    case PR_CAPBSET_READ:
        return a >= 0 && a <= LAST_CAPABILITY ? 1 : -EINVAL;
    default:
        return -EINVAL;
    }
}
