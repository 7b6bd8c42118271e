/*
 * The tree. Every node is there from the beginning, and who mounts it a second time sees the same nodes; but
 * those of threads and descriptors, whose names are numbers, are made as they are found.
 *
 * The one process that is there, by its number or as `self`, is the one that reads.
 */
#include "procfs.h"

#include <config.h>
#include <errno.h>
#include <format.h>
#include <fs.h>
#include <heap.h>
#include <stdarg.h>
#include <string.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define MAGIC 0x9fa0 /* PROC_SUPER_MAGIC: include/uapi/linux/magic.h */
#define FIRST_SIZE 512
#define NUMBER_ROOM 12 /* bytes of a number with its NUL */

struct node {
    struct vnode vnode;
    const char *name; /* NULL: `number` */
    unsigned parent;  /* its number in the table; the root is 0, and its own */
    uint32_t permissions;
    procfs_maker *make;  /* of a file or a link whose text changes */
    const char *content; /* of other files; NULL and `make` NULL: a directory */
    unsigned number;     /* of a thread or a descriptor; 0: it is in the table */
    unsigned place;      /* of one that is not: what it is one of */
    struct node *next;
};

static const struct vnode_ops operations;

enum {
    ROOT,
    PROCESS,
    TASKS,
    TASK, /* one of them */
    DESCRIPTORS,
    DESCRIPTOR,
    NET,
    UNILITH,
    SYS,
    KERNEL,
    RANDOM,
    VM,
    SYS_NET,
    CORE,
    SYS_FS,
    NOWHERE = 255, /* what is one of many stands in no directory of the table */
};

#define NODE(kind, mode, place, in)                                                                          \
    .vnode = {.ops = &operations, .type = (kind), .flags = (kind) == VNODE_FILE ? VNODE_VOLATILE : 0},       \
    .permissions = (mode), .name = (place), .parent = (in)
#define DIRECTORY(place, in)                                                                                 \
    {                                                                                                        \
        NODE(VNODE_DIRECTORY, 0555, place, in)                                                               \
    }
#define MADE(place, in, maker)                                                                               \
    {                                                                                                        \
        NODE(VNODE_FILE, 0444, place, in), .make = (maker)                                                   \
    }
#define LINK(place, in, maker)                                                                               \
    {                                                                                                        \
        NODE(VNODE_SYMLINK, 0777, place, in), .make = (maker)                                                \
    }
#define CONSTANT(place, in, text)                                                                            \
    {                                                                                                        \
        NODE(VNODE_FILE, 0444, place, in), .content = (text)                                                 \
    }

static struct node nodes[] = {
    [ROOT] = DIRECTORY("", ROOT),
    [PROCESS] = DIRECTORY(NULL, ROOT),
    [TASKS] = DIRECTORY("task", PROCESS),
    [TASK] = DIRECTORY(NULL, NOWHERE),
    [DESCRIPTORS] = {NODE(VNODE_DIRECTORY, 0500, "fd", PROCESS)},
    [DESCRIPTOR] = LINK(NULL, NOWHERE, procfs_descriptor),
    [NET] = DIRECTORY("net", ROOT),
    [UNILITH] = DIRECTORY("unilith", ROOT),
    [SYS] = DIRECTORY("sys", ROOT),
    [KERNEL] = DIRECTORY("kernel", SYS),
    [RANDOM] = DIRECTORY("random", KERNEL),
    [VM] = DIRECTORY("vm", SYS),
    [SYS_NET] = DIRECTORY("net", SYS),
    [CORE] = DIRECTORY("core", SYS_NET),
    [SYS_FS] = DIRECTORY("fs", SYS),
    LINK("self", ROOT, procfs_self),
    LINK("thread-self", ROOT, procfs_thread_self),
    MADE("cmdline", ROOT, procfs_cmdline),
    MADE("cpuinfo", ROOT, procfs_cpuinfo),
    MADE("filesystems", ROOT, procfs_filesystems),
    MADE("loadavg", ROOT, procfs_loadavg),
    MADE("meminfo", ROOT, procfs_meminfo),
    MADE("mounts", ROOT, procfs_mounts),
    MADE("stat", ROOT, procfs_stat),
    CONSTANT("swaps", ROOT, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"),
    MADE("uptime", ROOT, procfs_uptime),
    MADE("version", ROOT, procfs_version),
    MADE("cmdline", PROCESS, procfs_cmdline),
    MADE("comm", PROCESS, procfs_comm),
    LINK("cwd", PROCESS, procfs_cwd),
    {NODE(VNODE_FILE, 0400, "environ", PROCESS), .make = procfs_environ},
    LINK("exe", PROCESS, procfs_exe),
    MADE("limits", PROCESS, procfs_limits),
    MADE("maps", PROCESS, procfs_maps),
    MADE("mountinfo", PROCESS, procfs_mountinfo),
    MADE("mounts", PROCESS, procfs_mounts),
    CONSTANT("oom_score", PROCESS, "0\n"),
    CONSTANT("oom_score_adj", PROCESS, "0\n"),
    {NODE(VNODE_SYMLINK, 0777, "root", PROCESS), .content = "/"},
    MADE("stat", PROCESS, procfs_process_stat),
    MADE("statm", PROCESS, procfs_statm),
    MADE("status", PROCESS, procfs_status),
    MADE("comm", TASK, procfs_comm),
    MADE("stat", TASK, procfs_process_stat),
    MADE("status", TASK, procfs_status),
    MADE("dev", NET, procfs_net_dev),
#ifdef CONFIG_LIB_PACKET_FILTER
    MADE("filter", NET, procfs_net_filter),
#endif
    MADE("libraries", UNILITH, procfs_libraries),
    CONSTANT("cap_last_cap", KERNEL, "40\n"),
    CONSTANT("ngroups_max", KERNEL, "65536\n"),
    CONSTANT("ostype", KERNEL, "Linux\n"),
    CONSTANT("osrelease", KERNEL, "6.1.0-unilith\n"),
    CONSTANT("pid_max", KERNEL, "32768\n"),
#ifdef CONFIG_LIB_RANDOM
    MADE("uuid", RANDOM, procfs_uuid),
#endif
    CONSTANT("max_map_count", VM, "65530\n"),
    CONSTANT("overcommit_memory", VM, "1\n"),
    CONSTANT("somaxconn", CORE, "4096\n"),
    CONSTANT("file-max", SYS_FS, "1048576\n"),
    CONSTANT("nr_open", SYS_FS, "1048576\n"),
};

#define NODES (sizeof(nodes) / sizeof(nodes[0]))

static struct node *found_nodes; /* those that are not in the table, while somebody holds them */

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

/* Its place in the table, or that of what it is one of. */
static unsigned place_of(const struct node *node)
{
    return node->number != 0 ? node->place : (unsigned)(node - nodes);
}

/* Descriptors are kept as numbers from 1 on. */
static int exists(unsigned place, unsigned number)
{
    unsigned found = place == DESCRIPTOR ? number - 1 : number, wanted = found;

    return (place == DESCRIPTOR ? procfs_descriptor_from(&found) : procfs_thread_from(&found)) == 0 &&
                   found == wanted
               ? 0
               : -ENOENT;
}

/* One of many: the thread `number`, a file of it, or a descriptor. */
static int find_one(unsigned place, unsigned number, struct vnode **found)
{
    struct node *node = found_nodes;

    while (node != NULL && (node->place != place || node->number != number))
        node = node->next;
    if (node != NULL) {
        *found = vnode_get(&node->vnode);
        return 0;
    }
    node = heap_alloc(sizeof(*node));
    if (node == NULL)
        return -ENOMEM;
    *node = nodes[place];
    node->vnode.references = 1;
    node->vnode.mount = NULL;
    node->number = number;
    node->place = place;
    node->next = found_nodes;
    found_nodes = node;
    *found = &node->vnode;
    return 0;
}

static int find_number(unsigned place, const char *name, size_t length, struct vnode **found)
{
    unsigned number = 0;
    int error;

    if (length == 0 || length > 9 || (name[0] == '0' && length > 1))
        return -ENOENT;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9')
            return -ENOENT;
        number = number * 10 + (unsigned)(name[i] - '0');
    }
    if (place == PROCESS) {
        if (number != procfs_process())
            return -ENOENT;
        *found = vnode_get(&nodes[PROCESS].vnode);
        return 0;
    }
    number += place == DESCRIPTOR;
    error = exists(place, number);
    return error != 0 ? error : find_one(place, number, found);
}

/* What stands in a directory by number; NOWHERE: nothing. */
static unsigned numbered_in(unsigned place)
{
    return place == ROOT ? PROCESS : place == TASKS ? TASK : place == DESCRIPTORS ? DESCRIPTOR : NOWHERE;
}

static int lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct node *node = node_of(dir);
    unsigned place = place_of(node);

    if (length == 2 && memcmp(name, "..", 2) == 0) {
        *found = vnode_get(&nodes[place == TASK ? TASKS : node->parent].vnode);
        return 0;
    }
    for (unsigned i = 1; i < NODES; i++) {
        if (nodes[i].parent != place || nodes[i].name == NULL || strlen(nodes[i].name) != length ||
            memcmp(nodes[i].name, name, length) != 0)
            continue;
        if (node->number != 0)
            return find_one(i, node->number, found);
        *found = vnode_get(&nodes[i].vnode);
        return 0;
    }
    if (numbered_in(place) == NOWHERE)
        return -ENOENT;
    return find_number(numbered_in(place), name, length, found);
}

static uint64_t inode_of(unsigned place, unsigned number)
{
    return (uint64_t)number << 16 | (place + 1);
}

static bool offer(vnode_entry_taker *take, void *context, unsigned place, unsigned shown, unsigned number,
                  uint64_t next)
{
    char name[NUMBER_ROOM];

    format(name, sizeof(name), "%u", shown);
    return take(context, name, strlen(name), inode_of(place, number), nodes[place].vnode.type, next);
}

/* Threads, or descriptors, from `number` on. */
static void offer_numbers(unsigned place, unsigned number, vnode_entry_taker *take, void *context)
{
    if (place == DESCRIPTOR) {
        for (; procfs_descriptor_from(&number) == 0; number++)
            if (!offer(take, context, place, number, number + 1, NODES + number + 1))
                return;
    } else {
        for (number += number == 0; procfs_thread_from(&number) == 0; number++)
            if (!offer(take, context, place, number, number, NODES + number + 1))
                return;
    }
}

/* A cookie is the place of the next entry in the table, or behind that NODES and the next number. */
static int entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    const struct node *node = node_of(dir);
    unsigned place = place_of(node), numbered = numbered_in(place);

    for (unsigned i = cookie != 0 ? (unsigned)cookie : 1; i < NODES; i++) {
        bool taken = true;

        if (nodes[i].parent != place)
            continue;
        if (i == PROCESS)
            taken = offer(take, context, i, procfs_process(), 0, i + 1);
        else
            taken = take(context, nodes[i].name, strlen(nodes[i].name), inode_of(i, node->number),
                         nodes[i].vnode.type, i + 1);
        if (!taken)
            return 0;
    }
    if (numbered == TASK || numbered == DESCRIPTOR)
        offer_numbers(numbered, cookie > NODES ? (unsigned)(cookie - NODES) : 0, take, context);
    return 0;
}

static void make(const struct node *node, struct procfs_text *text)
{
    if (node->make != NULL)
        node->make(text, place_of(node) == DESCRIPTOR ? node->number - 1 : node->number);
    else
        procfs_print(text, "%s", node->content);
}

static long read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct procfs_text text = {0};

    make(node_of(file), &text);
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

#ifdef CONFIG_LIB_USERS
static bool is_process(const struct node *node)
{
    unsigned place = place_of(node);

    return place == TASK || place == DESCRIPTOR || place == PROCESS || node->parent == PROCESS ||
           node->parent == TASK;
}

#endif

static void get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    const struct node *node = node_of(vnode);

    *attributes = (struct vnode_attributes){
        .inode = inode_of(place_of(node), node->number),
        .mode = vnode->type | node->permissions,
        .links = vnode->type == VNODE_DIRECTORY ? 2 : 1,
    };
#ifdef CONFIG_LIB_USERS
    if (is_process(node)) {
        attributes->user = users_now.user[USERS_EFFECTIVE];
        attributes->group = users_now.group[USERS_EFFECTIVE];
    }
#endif
    if (vnode->type == VNODE_SYMLINK) { /* who follows it asks how long it is */
        struct procfs_text text = {0};

        make(node, &text);
        attributes->size = text.length;
        heap_free(text.start);
    }
}

static int statfs(struct vnode *vnode, struct vnode_statfs *values)
{
    (void)vnode;
    *values = (struct vnode_statfs){.type = MAGIC, .block_size = 4096};
    return 0;
}

static void release(struct vnode *vnode)
{
    struct node *node = node_of(vnode), **place = &found_nodes;

    if (node->number == 0)
        return;
    while (*place != node)
        place = &(*place)->next;
    *place = node->next;
    heap_free(node);
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
    if (found_nodes != NULL)
        return -EBUSY;
    for (size_t i = 0; i < NODES; i++)
        if (nodes[i].vnode.references != (i == ROOT))
            return -EBUSY;
    vnode_put(root);
    return 0;
}

const struct fs_type procfs_fs = {.name = "proc", .mount = mount, .unmount = unmount};
