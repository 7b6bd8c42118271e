/*
 * The tree. Every node is there from the beginning; who mounts it a second time sees the same nodes.
 */
#include "procfs.h"

#include <errno.h>
#include <format.h>
#include <fs.h>
#include <heap.h>
#include <stdarg.h>
#include <string.h>

#define MAGIC 0x9fa0 /* PROC_SUPER_MAGIC: include/uapi/linux/magic.h */
#define FIRST_SIZE 512

struct node {
    struct vnode vnode;
    const char *name;
    unsigned parent;     /* its number; the root is 0, and its own */
    procfs_maker *make;  /* of a file whose text changes */
    const char *content; /* of other files; NULL and `make` NULL: a directory */
};

static const struct vnode_ops operations;

enum { ROOT, SELF, NET, UNILITH, SYS, KERNEL, VM, SYS_NET, CORE, SYS_FS };

#define DIRECTORY(place, in)                                                                                 \
    {                                                                                                        \
        .vnode = {.ops = &operations, .type = VNODE_DIRECTORY}, .name = (place), .parent = (in)              \
    }
#define MADE(place, in, maker)                                                                               \
    {                                                                                                        \
        .vnode = {.ops = &operations, .type = VNODE_FILE, .flags = VNODE_VOLATILE}, .name = (place),         \
        .parent = (in), .make = (maker)                                                                      \
    }
#define CONSTANT(place, in, text)                                                                            \
    {                                                                                                        \
        .vnode = {.ops = &operations, .type = VNODE_FILE, .flags = VNODE_VOLATILE}, .name = (place),         \
        .parent = (in), .content = (text)                                                                    \
    }

static struct node nodes[] = {
    [ROOT] = DIRECTORY("", ROOT),
    [SELF] = DIRECTORY("self", ROOT),
    [NET] = DIRECTORY("net", ROOT),
    [UNILITH] = DIRECTORY("unilith", ROOT),
    [SYS] = DIRECTORY("sys", ROOT),
    [KERNEL] = DIRECTORY("kernel", SYS),
    [VM] = DIRECTORY("vm", SYS),
    [SYS_NET] = DIRECTORY("net", SYS),
    [CORE] = DIRECTORY("core", SYS_NET),
    [SYS_FS] = DIRECTORY("fs", SYS),
    MADE("cmdline", ROOT, procfs_cmdline),
    MADE("cpuinfo", ROOT, procfs_cpuinfo),
    MADE("filesystems", ROOT, procfs_filesystems),
    MADE("loadavg", ROOT, procfs_loadavg),
    MADE("meminfo", ROOT, procfs_meminfo),
    MADE("mounts", ROOT, procfs_mounts),
    MADE("stat", ROOT, procfs_stat),
    MADE("uptime", ROOT, procfs_uptime),
    MADE("version", ROOT, procfs_version),
    MADE("cmdline", SELF, procfs_cmdline),
    MADE("mounts", SELF, procfs_mounts),
    MADE("status", SELF, procfs_status),
    MADE("dev", NET, procfs_net_dev),
    MADE("libraries", UNILITH, procfs_libraries),
    CONSTANT("ostype", KERNEL, "Linux\n"),
    CONSTANT("osrelease", KERNEL, "6.1.0-unilith\n"),
    CONSTANT("pid_max", KERNEL, "32768\n"),
    CONSTANT("overcommit_memory", VM, "1\n"),
    CONSTANT("somaxconn", CORE, "4096\n"),
    CONSTANT("file-max", SYS_FS, "1048576\n"),
};

#define NODES (sizeof(nodes) / sizeof(nodes[0]))

void procfs_print(struct procfs_text *text, const char *words, ...)
{
    va_list arguments;
    size_t needed;

    va_start(arguments, words);
    needed = format_list(NULL, 0, words, arguments);
    va_end(arguments);
    if (needed >= text->size - text->length) {
        size_t size = 2 * (text->size + needed) + FIRST_SIZE;
        char *larger = text->failed ? NULL : heap_realloc(text->start, size);

        if (larger == NULL) {
            text->failed = 1;
            return;
        }
        text->start = larger;
        text->size = size;
    }
    va_start(arguments, words);
    text->length += format_list(text->start + text->length, text->size - text->length, words, arguments);
    va_end(arguments);
}

static struct node *node_of(struct vnode *vnode)
{
    return (struct node *)vnode;
}

static int lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct node *node = node_of(dir);
    unsigned number = (unsigned)(node - nodes);

    if (length == 2 && memcmp(name, "..", 2) == 0) {
        *found = vnode_get(&nodes[node->parent].vnode);
        return 0;
    }
    for (size_t i = 1; i < NODES; i++)
        if (nodes[i].parent == number && strlen(nodes[i].name) == length &&
            memcmp(nodes[i].name, name, length) == 0) {
            *found = vnode_get(&nodes[i].vnode);
            return 0;
        }
    return -ENOENT;
}

static int entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    unsigned number = (unsigned)(node_of(dir) - nodes);

    for (size_t i = cookie != 0 ? (size_t)cookie : 1; i < NODES; i++)
        if (nodes[i].parent == number &&
            !take(context, nodes[i].name, strlen(nodes[i].name), i + 1, nodes[i].vnode.type, i + 1))
            break;
    return 0;
}

static long read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    const struct node *node = node_of(file);
    struct procfs_text text = {0};

    if (node->make != NULL)
        node->make(&text);
    else
        procfs_print(&text, "%s", node->content);
    if (text.failed)
        size = 0;
    else if (offset >= text.length)
        size = 0;
    else if (size > text.length - offset)
        size = text.length - (size_t)offset;
    if (size != 0)
        memcpy(buffer, text.start + offset, size);
    heap_free(text.start);
    return text.failed ? -ENOMEM : (long)size;
}

static void get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    *attributes = (struct vnode_attributes){
        .inode = (uint64_t)(node_of(vnode) - nodes) + 1,
        .mode = vnode->type | (vnode->type == VNODE_DIRECTORY ? 0555 : 0444),
        .links = vnode->type == VNODE_DIRECTORY ? 2 : 1,
    };
}

static int statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    (void)vnode;
    *values = (struct vnode_statfs){.type = MAGIC, .block_size = 4096};
    return 0;
}

static void release(struct vnode *vnode)
{
    (void)vnode;
}

static const struct vnode_ops operations = {
    .lookup = lookup,
    .entries = entries,
    .read = read,
    .get = get,
    .statfs = statfs,
    .release = release,
};

static int mount(const char *source, const char *options, struct vnode **root)
{
    (void)source, (void)options;
    if (nodes[ROOT].vnode.references != 0)
        return -EBUSY; /* it has one place */
    *root = vnode_get(&nodes[ROOT].vnode);
    return 0;
}

static int unmount(struct vnode *root)
{
    for (size_t i = 0; i < NODES; i++)
        if (nodes[i].vnode.references != (i == ROOT))
            return -EBUSY;
    vnode_put(root);
    return 0;
}

const struct fs_type procfs_fs = {.name = "proc", .mount = mount, .unmount = unmount};
