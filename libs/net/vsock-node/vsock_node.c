/*
 * One node, and one question to it. Its number is as Linux's are, which gives out those of miscellaneous
 * devices from 127 down (Documentation/admin-guide/devices.txt: major 10).
 */
#include <device_node.h>
#include <errno.h>
#include <fd_table.h>
#include <heap.h>
#include <linux_layout.h>
#include <vnode.h>
#include <vsock_device.h>

#define NUMBER (10u << 8 | 121u)
#define GET_LOCAL_CID 0x7b9u /* IOCTL_VM_SOCKETS_GET_LOCAL_CID of include/uapi/linux/vm_sockets.h */
#define CID_ANY UINT32_MAX

static long control(struct open_file *file, unsigned long request, void *argument)
{
    uint32_t cid = vsock_device_cid();

    (void)file;
    if (request != GET_LOCAL_CID)
        return -ENOTTY;
    *(uint32_t *)argument = cid != 0 ? cid : CID_ANY;
    return 0;
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    (void)file;
    *values = (struct linux_stat_values){.device = 5,
                                         .inode = NUMBER,
                                         .special_device = NUMBER,
                                         .mode = VNODE_DEVICE | 0666,
                                         .links = 1,
                                         .block_size = 4096};
}

static void release(struct open_file *file)
{
    heap_free(file);
}

static const struct open_file_ops operations = {.control = control, .stat = stat, .release = release};

static bool node(unsigned index, struct device_node *node)
{
    *node = (struct device_node){.path = "vsock", .mode = VNODE_DEVICE | 0666, .number = NUMBER};
    return index == 0;
}

static int open(uint32_t number, unsigned flags, struct open_file **opened)
{
    struct open_file *file;

    if (number != NUMBER)
        return -ENXIO;
    file = heap_alloc(sizeof *file);
    if (!file)
        return -ENOMEM;
    *file = (struct open_file){.ops = &operations, .references = 1, .flags = flags};
    *opened = file;
    return 0;
}

const struct device_nodes vsock_node_device_node = {.node = node, .open = open};
