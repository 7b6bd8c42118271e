/*
 * The files that the C library's resolver reads.
 */
#include "configuration.h"

#include <format.h>
#include <string.h>
#include <vfs.h>

#define LINE 32

static void write_file(const char *path, const char *text, size_t size, bool replace)
{
    struct vnode_new what = {.mode = VNODE_FILE | 0644, .time = VNODE_NOW};
    struct vnode_attributes empty = {.size = 0};
    struct vnode *file;

    if (vfs_lookup(NULL, path, VFS_FOLLOW, &file) == 0) {
        if (!replace || file->type != VNODE_FILE || file->ops->set == NULL ||
            file->ops->set(file, &empty, VNODE_SET_SIZE) != 0) {
            vnode_put(file);
            return;
        }
    } else if (vfs_make(NULL, path, &what, &file) != 0) {
        return; /* a file system that cannot be written has the file, or does without it */
    }
    if (file->ops->write != NULL)
        file->ops->write(file, text, size, 0);
    vnode_put(file);
}

void resolver_files_write(const ip4_addr_t *servers, unsigned count)
{
    static const char hosts[] = "127.0.0.1 localhost\n::1 localhost\n";
    struct vnode_new folder = {.mode = VNODE_DIRECTORY | 0755, .time = VNODE_NOW};
    char text[NET_STACK_SERVERS * LINE];
    size_t length = 0;

    (void)vfs_make(NULL, "/etc", &folder, NULL); /* it may be there */
    write_file("/etc/hosts", hosts, sizeof(hosts) - 1, false);
    for (unsigned i = 0; i < count; i++)
        length +=
            format(text + length, sizeof(text) - length, "nameserver %u.%u.%u.%u\n", ip4_addr1(&servers[i]),
                   ip4_addr2(&servers[i]), ip4_addr3(&servers[i]), ip4_addr4(&servers[i]));
    if (count != 0)
        write_file("/etc/resolv.conf", text, length, true);
}
