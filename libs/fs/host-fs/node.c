#include "host_fs.h"

#include <errno.h>
#include <heap.h>
#include <string.h>

#define ESTALE 116 /* include/uapi/asm-generic/errno.h */

int host_fs_openat(int directory, const char *name, uint64_t flags, uint64_t mode)
{
    const struct host_open_how how = {
        .flags = flags | O_CLOEXEC | O_NOFOLLOW,
        .mode = mode,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };

    return (int)host_call(HOST_CALL_OPENAT2, directory, (long)name, (long)&how, sizeof how, 0, 0);
}

void host_fs_close(int descriptor)
{
    host_call(HOST_CALL_CLOSE, descriptor, 0, 0, 0, 0, 0);
}

void host_fs_name(struct host_name *name, const char *text, size_t length)
{
    memcpy(name->text, text, length);
    name->text[length] = '\0';
}

static uint64_t device_of(const struct host_statx *values)
{
    return (uint64_t)values->device_major << 32 | values->device_minor;
}

static bool is_type(uint32_t type)
{
    return type == VNODE_DIRECTORY || type == VNODE_FILE || type == VNODE_SYMLINK || type == VNODE_DEVICE ||
           type == VNODE_FIFO || type == VNODE_SOCKET;
}

/* A copy of a name; NULL: no memory. */
static char *copy(const char *name)
{
    size_t size = strlen(name) + 1;
    char *text = heap_alloc(size);

    if (text)
        memcpy(text, name, size);
    return text;
}

void host_fs_moved(struct host_node *node, struct host_node *parent, const char *name)
{
    char *text = copy(name);
    struct host_node *old = node->parent;

    if (!text || !old) {
        heap_free(text);
        return;
    }
    vnode_get(&parent->entry.vnode);
    heap_free(node->name);
    node->name = text;
    node->parent = parent;
    vnode_put(&old->entry.vnode);
}

int host_fs_node_at(struct host_mount *mount, struct host_node *parent, const char *name, int path,
                    struct vnode **found)
{
    struct host_statx values = {0};
    int error = host_fs_statx(path, &values);
    uint32_t type = values.mode & VNODE_TYPE_MASK;
    uint64_t device = device_of(&values);
    /* Two files of one number are as likely as two of 2^64 that are drawn by lot. */
    uint64_t number = values.inode ^ device * UINT64_C(0x9e3779b97f4a7c15);
    struct host_node *node;
    char *text;

    if (!error && !is_type(type))
        error = -EIO; /* block devices are not the image's business */
    if (error) {
        host_fs_close(path);
        return error;
    }
    node = (struct host_node *)vnode_table_find(&mount->nodes, number);
    if (node && node->entry.vnode.type == type) {
        vnode_get(&node->entry.vnode);
        host_fs_close(path);
        if (node->parent != parent || (name && strcmp(node->name, name) != 0))
            host_fs_moved(node, parent, name);
        *found = &node->entry.vnode;
        return 0;
    }
    if (node)
        vnode_table_remove(&mount->nodes, &node->entry);
    node = heap_alloc(sizeof *node);
    text = name ? copy(name) : NULL;
    if (!node || (name && !text)) {
        heap_free(node);
        heap_free(text);
        host_fs_close(path);
        return -ENOMEM;
    }
    *node = (struct host_node){
        .entry = {.vnode = {.ops = &host_fs_operations,
                            .type = (uint16_t)type,
                            .flags = type == VNODE_DIRECTORY ? VNODE_SHARED_NAMES : 0,
                            .references = 1},
                  .number = number},
        .mount = mount,
        .parent = parent,
        .name = text,
        .device = device,
        .inode = values.inode,
        .path = path,
        .opened = -1,
    };
    if (parent)
        vnode_get(&parent->entry.vnode);
    vnode_table_add(&mount->nodes, &node->entry);
    *found = &node->entry.vnode;
    return 0;
}

/* What has the file's name now may be another one. */
static int open_again(struct host_node *node, uint64_t flags)
{
    struct host_statx values;
    int opened, error;

    if (node->entry.vnode.type == VNODE_DIRECTORY)
        return host_fs_openat(node->path, ".", flags | O_DIRECTORY, 0);
    opened = host_fs_openat(node->parent->path, node->name, flags | O_NONBLOCK | O_NOCTTY, 0);
    if (opened < 0)
        return opened == -ENOENT ? -ESTALE : opened;
    error = host_fs_statx(opened, &values);
    if (!error && (values.inode != node->inode || device_of(&values) != node->device))
        error = -ESTALE;
    if (!error)
        return opened;
    host_fs_close(opened);
    return error;
}

int host_fs_open(struct host_node *node, bool writable)
{
    int opened;

    if (writable && node->mount->readonly)
        return -EROFS;
    if (node->opened >= 0 && (node->writable || !writable))
        return 0;
    if (node->entry.vnode.type != VNODE_FILE && node->entry.vnode.type != VNODE_DIRECTORY)
        return -EOPNOTSUPP;
    opened = open_again(node, writable ? O_RDWR : O_RDONLY);
    if (opened < 0)
        return opened;
    if (node->opened >= 0)
        host_fs_close(node->opened);
    node->opened = opened;
    node->writable = writable;
    return 0;
}

/* The parents, too, if nobody else holds them: one after the other, for the stack is small. */
void host_fs_release(struct vnode *vnode)
{
    struct host_node *node = host_node_of(vnode), *parent;

    do {
        parent = node->parent;
        vnode_table_remove(&node->mount->nodes, &node->entry);
        host_fs_close(node->path);
        if (node->opened >= 0 && node->opened != node->path)
            host_fs_close(node->opened);
        heap_free(node->name);
        heap_free(node);
        node = parent;
    } while (node && --node->entry.vnode.references == 0);
}
