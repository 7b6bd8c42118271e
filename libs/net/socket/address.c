/*
 * Addresses that applications pass and are told.
 */
#include "calls.h"

#include <errno.h>
#include <string.h>

long sys_getsockname(long fd, long address, long size);
long sys_getpeername(long fd, long address, long size);

int socket_address_load(struct socket_address *address, const void *from, long size)
{
    if (size < 0 || size > LINUX_SOCKADDR_MAX)
        return -EINVAL;
    address->size = (uint32_t)size;
    address->family = LINUX_AF_UNSPEC;
    memcpy(address->bytes, from, address->size);
    return 0;
}

int socket_address_store(const struct socket_address *address, void *to, uint32_t *size)
{
    uint32_t room;

    if (to == NULL)
        return 0;
    room = *size;
    if ((int32_t)room < 0)
        return -EINVAL;
    memcpy(to, address->bytes, room < address->size ? room : address->size);
    *size = address->size;
    return 0;
}

static long name(long fd, bool peer, void *to, uint32_t *size)
{
    struct socket_address address = {.size = 0};
    int result;
    struct socket *socket = socket_get(fd, &result);

    if (socket == NULL)
        return result;
    result = socket->ops->name(socket, peer, &address);
    if (result == 0)
        result = socket_address_store(&address, to, size);
    fd_put(&socket->file);
    return result;
}

long sys_getsockname(long fd, long address, long size)
{
    return name(fd, false, (void *)address, (uint32_t *)size);
}

long sys_getpeername(long fd, long address, long size)
{
    return name(fd, true, (void *)address, (uint32_t *)size);
}
