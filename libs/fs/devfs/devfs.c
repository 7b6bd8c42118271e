/*
 * /dev: nodes in the root file system, made at the start where the recipe's files have none of that name.
 * Numbers are those of Linux's Documentation/admin-guide/devices.txt, except for the descriptors, which are
 * links below /proc there.
 */
#include <config.h>
#include <devfs.h>
#include <errno.h>
#include <heap.h>
#include <linux_file.h>
#include <random.h>
#include <string.h>
#include <vfs.h>
#ifdef CONFIG_LIB_DEVICE_NODE
#include <device_node.h>
#endif

#define NUMBER(major, minor) ((major) << 8 | (minor))
#define DESCRIPTOR NUMBER(250, 0) /* of the range for local use: the minor number is the descriptor */

enum {
    NULL_DEVICE = NUMBER(1, 3),
    ZERO = NUMBER(1, 5),
    FULL = NUMBER(1, 7),
    RANDOM = NUMBER(1, 8),
    URANDOM = NUMBER(1, 9),
    TTY = NUMBER(5, 0),
    CONSOLE = NUMBER(5, 1),
};

struct device_file {
    struct open_file file;
    uint32_t number;
};

int devfs_init(void);

static long read_nothing(struct open_file *file, void *buffer, size_t size)
{
    (void)file, (void)buffer, (void)size;
    return 0;
}

static long read_zeroes(struct open_file *file, void *buffer, size_t size)
{
    (void)file;
    memset(buffer, 0, size);
    return (long)size;
}

static long read_random(struct open_file *file, void *buffer, size_t size)
{
    (void)file;
    random_bytes(buffer, size);
    return (long)size;
}

static long write_anything(struct open_file *file, const void *data, size_t size)
{
    (void)file, (void)data;
    return (long)size;
}

static long write_full(struct open_file *file, const void *data, size_t size)
{
    (void)file, (void)data, (void)size;
    return -ENOSPC;
}

static int64_t seek(struct open_file *file, int64_t offset, int whence)
{
    (void)file, (void)offset, (void)whence;
    return 0;
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    *values = (struct linux_stat_values){
        .device = 5,
        .inode = ((struct device_file *)file)->number,
        .special_device = ((struct device_file *)file)->number,
        .mode = VNODE_DEVICE | 0666,
        .links = 1,
        .block_size = 4096,
    };
}

static void release(struct open_file *file)
{
    heap_free(file);
}

#define OPERATIONS(reads, writes)                                                                            \
    {                                                                                                        \
        .read = (reads), .write = (writes), .seek = seek, .stat = stat, .release = release                   \
    }

static const struct open_file_ops null_operations = OPERATIONS(read_nothing, write_anything);
static const struct open_file_ops zero_operations = OPERATIONS(read_zeroes, write_anything);
static const struct open_file_ops full_operations = OPERATIONS(read_zeroes, write_full);
static const struct open_file_ops random_operations = OPERATIONS(read_random, write_anything);

/* `operations` NULL: the file that a descriptor has. */
static const struct device {
    const char *path;
    uint32_t number;
    const struct open_file_ops *operations;
} devices[] = {
    {"/dev/null", NULL_DEVICE, &null_operations},
    {"/dev/zero", ZERO, &zero_operations},
    {"/dev/full", FULL, &full_operations},
    {"/dev/random", RANDOM, &random_operations},
    {"/dev/urandom", URANDOM, &random_operations},
    {"/dev/tty", TTY, NULL},
    {"/dev/console", CONSOLE, NULL},
    {"/dev/stdin", DESCRIPTOR, NULL},
    {"/dev/stdout", DESCRIPTOR + 1, NULL},
    {"/dev/stderr", DESCRIPTOR + 2, NULL},
};

#define DEVICES (sizeof(devices) / sizeof(devices[0]))

static int open_descriptor(uint32_t number, struct open_file **opened)
{
    *opened = number >= DESCRIPTOR ? fd_get(number - DESCRIPTOR) : fd_get_console();
    return *opened != NULL ? 0 : -ENXIO;
}

static int open_device(const struct device *device, unsigned flags, struct open_file **opened)
{
    struct device_file *file;

    if (device->operations == NULL)
        return open_descriptor(device->number, opened);
    file = heap_alloc(sizeof(*file));
    if (file == NULL)
        return -ENOMEM;
    *file = (struct device_file){
        .file = {.ops = device->operations, .references = 1, .flags = flags},
        .number = device->number,
    };
    *opened = &file->file;
    return 0;
}

static int open_further(uint32_t number, unsigned flags, struct open_file **opened)
{
    int error = -ENXIO;

#ifdef CONFIG_LIB_DEVICE_NODE
    for (size_t i = 0; i < device_nodes_table_count && error == -ENXIO; i++)
        error = device_nodes_table[i]->open(number, flags, opened);
#else
    (void)number, (void)flags, (void)opened;
#endif
    return error;
}

int devfs_open(struct vnode *vnode, unsigned flags, struct open_file **opened)
{
    struct vnode_attributes attributes;

    vnode->ops->get(vnode, &attributes);
    for (size_t i = 0; i < DEVICES; i++)
        if (devices[i].number == attributes.special_device)
            return open_device(&devices[i], flags, opened);
    return open_further(attributes.special_device, flags, opened);
}

static int make(const char *path, uint32_t mode, uint32_t number)
{
    const struct vnode_new what = {.mode = mode, .special_device = number};
    int error = vfs_make(NULL, path, &what, NULL);

    return error != -EEXIST ? error : 0;
}

#ifdef CONFIG_LIB_DEVICE_NODE
/* The node, and the folders that lead to it. */
static int make_further(const struct device_node *node)
{
    char path[sizeof("/dev/") + DEVICE_NODE_ROOM] = "/dev/";
    char *rest = path + strlen(path);

    memcpy(rest, node->path, sizeof(node->path));
    while ((rest = strchr(rest, '/')) != NULL) {
        int error;

        *rest = '\0';
        error = make(path, VNODE_DIRECTORY | 0755, 0);
        *rest++ = '/';
        if (error != 0)
            return error;
    }
    return make(path, node->mode, node->number);
}

static int make_all_further(void)
{
    struct device_node node;
    int error = 0;

    for (size_t i = 0; i < device_nodes_table_count; i++)
        for (unsigned index = 0; error == 0 && device_nodes_table[i]->node(index, &node); index++)
            error = make_further(&node);
    return error;
}
#else
static int make_all_further(void)
{
    return 0;
}
#endif

int devfs_init(void)
{
    int error = make("/dev", VNODE_DIRECTORY | 0755, 0);

    for (size_t i = 0; i < DEVICES && error == 0; i++)
        error = make(devices[i].path, VNODE_DEVICE | 0666, devices[i].number);
    return error != 0 ? error : make_all_further();
}
