/*
 * mq_notify(3): one who is told when a message comes to a queue that was empty, unless somebody waits for it.
 * SIGEV_THREAD is a matter of C libraries; musl makes one of a netlink socket, through which nothing comes
 * here.
 */
#include <config.h>
#include <errno.h>
#include <linux_signal.h>

#include "mqueue_parts.h"

#ifdef CONFIG_LIB_SIGNALS
#include <signals.h>
#endif

/* The beginning of struct sigevent of Linux's include/uapi/asm-generic/siginfo.h, and its kinds. */
struct event {
    uint64_t value;
    int32_t signal;
    int32_t kind;
};
#define SIGEV_SIGNAL 0
#define SIGEV_NONE 1

long sys_mq_notify(long fd, long event);

static int attach(struct mqueue_file *file, const struct event *event)
{
    struct mqueue *queue = file->queue;

    if (!event) {
        if (queue->told == file)
            queue->told = NULL;
        return 0;
    }
    if (event->kind != SIGEV_NONE &&
        (event->kind != SIGEV_SIGNAL || event->signal < 1 || event->signal > LINUX_SIGNALS))
        return -EINVAL;
    if (queue->told)
        return -EBUSY;
    queue->told = file;
    queue->signal = event->kind == SIGEV_SIGNAL ? event->signal : 0;
    queue->value = event->value;
    return 0;
}

long sys_mq_notify(long fd, long event)
{
    struct mqueue_file *file = mqueue_file_get(fd);
    int error;

    if (!file)
        return -EBADF;
    error = attach(file, (const struct event *)event);
    fd_put(&file->file);
    return error;
}

void mqueue_tell(struct mqueue *queue)
{
    if (!queue->told)
        return;
    queue->told = NULL;
#ifdef CONFIG_LIB_SIGNALS
    if (queue->signal) {
        struct linux_siginfo info = {.signal = queue->signal, .code = LINUX_SI_MESGQ};

        info.process = 1; /* of who sends the message; there is hardly ever another */
        info.value = queue->value;
        signals_send_process(&info);
    }
#endif
}
