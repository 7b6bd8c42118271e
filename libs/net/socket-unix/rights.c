/*
 * Ancillary data (cmsg(3)): descriptors and credentials.
 */
#include "unix_socket.h"

#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <string.h>

#define ALIGNED(size) (((size) + 7) & ~(size_t)7)

static struct unix_rights *dropped; /* to be closed, while somebody is at it */
static bool dropping;

/* Whether messages that hold references to it count: garbage is made of such sockets only. */
static void count(const struct unix_rights *rights, int change)
{
    for (unsigned i = 0; i < rights->count; i++) {
        struct unix_socket *socket = unix_from(rights->files[i]);

        if (socket != NULL) {
            socket->inflight += (unsigned)change;
            unix_inflight += (unsigned)change;
        }
    }
}

/* Closing a socket may drop further messages: they wait here, so that no chain of them is too long for the
 * stack. */
void unix_rights_drop(struct unix_rights *rights)
{
    if (rights == NULL)
        return;
    rights->next = dropped;
    dropped = rights;
    if (dropping)
        return;
    dropping = true;
    while (dropped != NULL) {
        struct unix_rights *first = dropped;

        dropped = first->next;
        count(first, -1);
        for (unsigned i = 0; i < first->count; i++)
            fd_put(first->files[i]);
        heap_free(first);
    }
    dropping = false;
}

static int add_files(struct unix_rights *rights, const int *fds, size_t number)
{
    for (size_t i = 0; i < number; i++) {
        struct open_file *file = fd_get(fds[i]);

        if (file == NULL)
            return -EBADF;
        if (file->flags & LINUX_O_PATH) {
            fd_put(file);
            return -EBADF;
        }
        rights->files[rights->count++] = file;
    }
    return 0;
}

/* Calls `take` for each entry of the ancillary data; -EINVAL if they make no sense. */
static int each_entry(const struct socket_message *message, int (*take)(const struct linux_cmsghdr *, void *),
                      void *context)
{
    const uint8_t *control = message->control;
    size_t offset = 0;

    while (message->control_size - offset >= sizeof(struct linux_cmsghdr)) {
        const struct linux_cmsghdr *entry = (const struct linux_cmsghdr *)(control + offset);
        int error;

        if (entry->length < sizeof(*entry) || entry->length > message->control_size - offset)
            return -EINVAL;
        error = entry->level == LINUX_SOL_SOCKET ? take(entry, context) : 0;
        if (error != 0)
            return error;
        if (ALIGNED(entry->length) > message->control_size - offset)
            break;
        offset += ALIGNED(entry->length);
    }
    return 0;
}

static size_t descriptors_in(const struct linux_cmsghdr *entry)
{
    return (entry->length - sizeof(*entry)) / sizeof(int);
}

static int count_entry(const struct linux_cmsghdr *entry, void *context)
{
    size_t *number = context;

    if (entry->type == LINUX_SCM_CREDENTIALS)
        return entry->length == sizeof(*entry) + sizeof(struct linux_ucred) ? 0 : -EINVAL;
    if (entry->type != LINUX_SCM_RIGHTS)
        return -EINVAL;
    *number += descriptors_in(entry);
    return *number <= UNIX_RIGHTS_MAX ? 0 : -EINVAL;
}

static int take_entry(const struct linux_cmsghdr *entry, void *context)
{
    if (entry->type != LINUX_SCM_RIGHTS)
        return 0;
    return add_files(context, (const int *)(entry + 1), descriptors_in(entry));
}

int unix_rights_take(const struct socket_message *message, struct unix_rights **rights)
{
    size_t number = 0;
    int error;

    *rights = NULL;
    if (message->control == NULL || message->control_size == 0)
        return 0;
    error = each_entry(message, count_entry, &number);
    if (error != 0 || number == 0)
        return error;
    *rights = heap_alloc(sizeof(**rights) + number * sizeof(struct open_file *));
    if (*rights == NULL)
        return -ENOMEM;
    (*rights)->count = 0;
    error = each_entry(message, take_entry, *rights);
    count(*rights, 1);
    if (error != 0) {
        unix_rights_drop(*rights);
        *rights = NULL;
    }
    return error;
}

/* Where the next entry goes: `filled` bytes have been. */
static struct linux_cmsghdr *room_for(struct socket_message *message, size_t filled, size_t size)
{
    if (message->control == NULL || message->control_size < filled + sizeof(struct linux_cmsghdr) + size) {
        message->flags |= LINUX_MSG_CTRUNC;
        return NULL;
    }
    return (struct linux_cmsghdr *)((uint8_t *)message->control + filled);
}

static size_t put_credentials(struct socket_message *message, const struct unix_socket *receiver)
{
#ifdef CONFIG_LIB_USERS
    const struct linux_ucred self = receiver->sender;
#else
    const struct linux_ucred self = {.pid = UNIX_PROCESS};
    (void)receiver;
#endif
    struct linux_cmsghdr *entry = room_for(message, 0, sizeof(self));

    if (entry == NULL)
        return 0;
    *entry = (struct linux_cmsghdr){sizeof(*entry) + sizeof(self), LINUX_SOL_SOCKET, LINUX_SCM_CREDENTIALS};
    memcpy(entry + 1, &self, sizeof(self));
    return ALIGNED(entry->length);
}

/* As many as there are room and descriptors for. */
static size_t put_files(struct socket_message *message, size_t filled, const struct unix_rights *rights,
                        bool close_on_exec)
{
    struct linux_cmsghdr *entry = room_for(message, filled, sizeof(int));
    unsigned room, done = 0;

    if (entry == NULL)
        return filled;
    room = (unsigned)((message->control_size - filled - sizeof(*entry)) / sizeof(int));
    for (; done < rights->count && done < room; done++) {
        long fd = fd_reserve(0, close_on_exec);

        if (fd < 0)
            break;
        rights->files[done]->references++;
        fd_fill(fd, rights->files[done]);
        ((int *)(entry + 1))[done] = (int)fd;
    }
    if (done < rights->count)
        message->flags |= LINUX_MSG_CTRUNC;
    if (done == 0)
        return filled;
    *entry = (struct linux_cmsghdr){sizeof(*entry) + done * sizeof(int), LINUX_SOL_SOCKET, LINUX_SCM_RIGHTS};
    filled += ALIGNED(entry->length);
    return filled < message->control_size ? filled : message->control_size;
}

void unix_rights_put(struct unix_socket *self, struct socket_message *message, struct unix_rights *rights,
                     bool keep)
{
    bool close_on_exec = message->flags & LINUX_MSG_CMSG_CLOEXEC;
    size_t filled = 0;

    message->flags &= ~(unsigned)LINUX_MSG_CMSG_CLOEXEC;
    if (self->credentials)
        filled = put_credentials(message, self);
    if (rights != NULL)
        filled = put_files(message, filled, rights, close_on_exec);
    message->control_size = filled;
    if (!keep)
        unix_rights_drop(rights);
}
