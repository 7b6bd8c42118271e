#include <host_calls.h>
#include <host_filter.h>

/* struct sock_fprog of include/uapi/linux/filter.h */
struct program {
    uint16_t length;
    const struct sock_filter *instructions;
};

int host_filter_install(void)
{
    const struct program program = {.length = host_filter_length, .instructions = host_filter};

    /* Without this the host lets only the administrator install a filter: seccomp(2). */
    long error = host_call(HOST_CALL_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
    if (error == 0)
        error = host_call(HOST_CALL_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0, 0);
    return (int)error;
}
