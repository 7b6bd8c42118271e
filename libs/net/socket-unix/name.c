/*
 * Names: in the file system, where the image has one, or abstract, a string of bytes.
 */
#include "unix_socket.h"

#include <config.h>
#include <errno.h>
#include <heap.h>
#include <string.h>
#if defined(CONFIG_LIB_VFS) && defined(CONFIG_LIB_VNODE)
#include <vfs.h>
#include <vnode.h>
#define FILES
#endif

#define FAMILY_SIZE ((uint32_t)offsetof(struct linux_sockaddr_un, path))

static struct ring *names;

/* Turns an address into the form in which it is kept and compared: a path ends with one NUL. */
static int normalise(const struct socket_address *address, struct linux_sockaddr_un *name, uint32_t *size)
{
    uint32_t length;

    if (address->size < FAMILY_SIZE || address->size > sizeof(*name) || address->family != LINUX_AF_UNIX)
        return -EINVAL;
    memset(name, 0, sizeof(*name));
    memcpy(name, address->bytes, address->size);
    *size = address->size;
    if (*size == FAMILY_SIZE || name->path[0] == '\0')
        return 0;
    for (length = 0; length < sizeof(name->path) && name->path[length] != '\0'; length++)
        continue;
    *size = FAMILY_SIZE + length + 1;
    return 0;
}

static bool is_abstract(const struct linux_sockaddr_un *name)
{
    return name->path[0] == '\0';
}

static struct unix_name *find_abstract(const struct linux_sockaddr_un *name, uint32_t size)
{
    for (struct ring *ring = ring_first(names); ring != NULL; ring = ring_after(names, ring)) {
        struct unix_name *other = (struct unix_name *)ring;

        if (other->vnode == NULL && other->size == size && memcmp(other->address, name, size) == 0)
            return other;
    }
    return NULL;
}

#ifdef FILES
/* A path of 108 bytes has no NUL in the application's structure. */
static void copy_path(char path[LINUX_UNIX_PATH_MAX + 1], const struct linux_sockaddr_un *name)
{
    memcpy(path, name->path, LINUX_UNIX_PATH_MAX);
    path[LINUX_UNIX_PATH_MAX] = '\0';
}

static int make_node(const struct linux_sockaddr_un *name, struct vnode **vnode)
{
    const struct vnode_new what = {.mode = VNODE_SOCKET | 0755, .time = VNODE_NOW};
    char path[LINUX_UNIX_PATH_MAX + 1];
    int error;

    copy_path(path, name);
    error = vfs_make(NULL, path, &what, vnode);
    return error == -EEXIST ? -EADDRINUSE : error;
}

static int find_path(const struct linux_sockaddr_un *name, struct unix_name **found)
{
    char path[LINUX_UNIX_PATH_MAX + 1];
    struct vnode *vnode;
    int error;

    copy_path(path, name);
    error = vfs_lookup(NULL, path, VFS_FOLLOW, &vnode);
    if (error != 0)
        return error;
    *found = NULL;
    for (struct ring *ring = ring_first(names); ring != NULL; ring = ring_after(names, ring))
        if (((struct unix_name *)ring)->vnode == vnode)
            *found = (struct unix_name *)ring;
    vnode_put(vnode);
    return *found != NULL ? 0 : -ECONNREFUSED;
}
#else
static int make_node(const struct linux_sockaddr_un *name, struct vnode **vnode)
{
    (void)name, (void)vnode;
    return -EROFS;
}

static int find_path(const struct linux_sockaddr_un *name, struct unix_name **found)
{
    (void)name, (void)found;
    return -ENOENT;
}
#endif

/* A name that the kernel chooses: five hexadecimal digits, as unix(7) says. */
static int choose(struct linux_sockaddr_un *name, uint32_t *size)
{
    static unsigned last;

    *size = FAMILY_SIZE + 6;
    for (unsigned tries = 0; tries < 1u << 20; tries++) {
        last = (last + 1) & 0xfffff;
        for (int i = 0; i < 5; i++)
            name->path[1 + i] = "0123456789abcdef"[last >> (4 * (4 - i)) & 15];
        if (find_abstract(name, *size) == NULL)
            return 0;
    }
    return -ENOSPC;
}

int unix_bind(struct socket *socket, const struct socket_address *address)
{
    struct unix_socket *self = unix_of(socket);
    struct linux_sockaddr_un name;
    struct vnode *vnode = NULL;
    struct unix_name *new;
    uint32_t size;
    int error = normalise(address, &name, &size);

    if (error != 0)
        return error;
    if (size == FAMILY_SIZE) {
        if (self->name != NULL)
            return 0;
        error = choose(&name, &size);
    } else if (self->name != NULL) {
        error = -EINVAL;
    } else if (is_abstract(&name) && find_abstract(&name, size) != NULL) {
        error = -EADDRINUSE;
    }
    new = error == 0 ? heap_alloc(sizeof(*new) + size) : NULL;
    if (new == NULL)
        return error != 0 ? error : -ENOMEM;
    if (!is_abstract(&name))
        error = make_node(&name, &vnode);
    if (error != 0) {
        heap_free(new);
        return error;
    }
    *new = (struct unix_name){.socket = self, .vnode = vnode, .users = 1, .size = size};
    memset(new->address, 0, size);
    memcpy(new->address, &name, size <= sizeof(name) ? size : sizeof(name));
    ring_append(&names, &new->ring);
    self->name = new;
    return 0;
}

/* The name is nobody's any more when its socket goes; its bytes stay as long as somebody shows them. */
void unix_drop_name(struct unix_name *name, const struct unix_socket *user)
{
    if (name == NULL)
        return;
    if (name->socket == user) {
        name->socket = NULL;
        ring_remove(&names, &name->ring);
#ifdef FILES
        vnode_put(name->vnode);
#endif
    }
    if (--name->users == 0)
        heap_free(name);
}

int unix_find(const struct socket_address *address, struct unix_socket **found)
{
    struct linux_sockaddr_un name;
    struct unix_name *other = NULL;
    uint32_t size;
    int error = normalise(address, &name, &size);

    if (error != 0)
        return error;
    if (size == FAMILY_SIZE)
        return -EINVAL;
    if (is_abstract(&name))
        other = find_abstract(&name, size);
    else
        error = find_path(&name, &other);
    if (error == 0 && other == NULL)
        error = -ECONNREFUSED;
    if (error == 0)
        *found = other->socket;
    return error;
}

int unix_show_name(struct socket *socket, bool peer, struct socket_address *address)
{
    const struct unix_socket *self = unix_of(socket);

    if (peer) {
        self = self->peer;
        if (self == NULL)
            return -ENOTCONN;
    }
    address->family = LINUX_AF_UNIX;
    address->size = FAMILY_SIZE;
    if (self->name != NULL) {
        memcpy(address->bytes, self->name->address, self->name->size);
        address->size = self->name->size;
    }
    return 0;
}
