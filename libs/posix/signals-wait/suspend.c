#include <errno.h>
#include <linux_signal.h>
#include <signals.h>
#include <wait_queue.h>

long sys_pause(void);
long sys_rt_sigsuspend(long set, long set_size);

/* What woke the thread may have gone to another one, or be ignored: it waits until a handler has run. */
long sys_pause(void)
{
    struct wait_queue nobody = {0};

    do
        wait_until(&nobody, WAIT_FOR_EVER, true);
    while (!signals_handled());
    return -EINTR;
}

long sys_rt_sigsuspend(long set, long set_size)
{
    linux_sigset mask;

    if (set_size != sizeof mask)
        return -EINVAL;
    mask = *(const linux_sigset *)set;
    struct wait_queue nobody = {0};
    do {
        signals_mask_begin(mask);
        wait_until(&nobody, WAIT_FOR_EVER, true);
    } while (!signals_handled());
    return -EINTR;
}
