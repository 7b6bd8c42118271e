#include <config.h>
#include <fs.h>
#include <shell_command.h>
#include <string.h>
#include <vfs.h>
#include <vnode.h>

extern const struct shell_commands shell_files_shell_command;

#ifdef CONFIG_LIB_MOUNT_TABLE
#include <mount_table.h>
#endif

/* A command runs where nothing can wait. */
#ifdef CONFIG_LIB_FS_WAITS
static struct vnode *find(struct shell *shell, const char *path)
{
    (void)path;
    shell_print(shell,
                "files cannot be looked at: a file system of this image waits for a device or a server\n");
    return NULL;
}
#else
/* With a reference; NULL: there is none, and the shell has been told. */
static struct vnode *find(struct shell *shell, const char *path)
{
    struct vnode *found;
    int error = vfs_lookup(vfs_root(), path, VFS_FOLLOW, &found);

    if (error == 0)
        return found;
    shell_print(shell, "%s: error %d\n", path, -error);
    return NULL;
}
#endif

static char letter(uint32_t type)
{
    switch (type & VNODE_TYPE_MASK) {
    case VNODE_DIRECTORY:
        return 'd';
    case VNODE_SYMLINK:
        return 'l';
    case VNODE_DEVICE:
        return 'c';
    case VNODE_BLOCK_DEVICE:
        return 'b';
    case VNODE_FIFO:
        return 'p';
    case VNODE_SOCKET:
        return 's';
    default:
        return '-';
    }
}

static bool show_entry(void *shell, const char *name, size_t length, uint64_t inode, uint32_t type,
                       uint64_t next_cookie)
{
    (void)inode, (void)next_cookie;
    return shell_print(shell, "%c ", letter(type)) && shell_write(shell, name, length) &&
           shell_write(shell, "\n", 1);
}

static void ls(struct shell *shell, int count, char **words)
{
    struct vnode *vnode = find(shell, count > 1 ? words[1] : "/");

    if (!vnode)
        return;
    if (vnode->type == VNODE_DIRECTORY)
        vnode->ops->entries(vnode, 0, show_entry, shell);
    else
        shell_print(shell, "%c %s\n", letter(vnode->type), words[1]);
    vnode_put(vnode);
}

static void cat(struct shell *shell, int count, char **words)
{
    struct vnode *vnode = count > 1 ? find(shell, words[1]) : NULL;
    char part[1024];
    uint64_t offset = 0;
    long size;

    if (!vnode) {
        if (count < 2)
            shell_print(shell, "cat PATH\n");
        return;
    }
    if (vnode->type != VNODE_FILE) {
        shell_print(shell, "%s: no file\n", words[1]);
    } else {
        while ((size = vnode->ops->read(vnode, part, sizeof(part), offset)) > 0 &&
               shell_write(shell, part, (size_t)size))
            offset += (uint64_t)size;
        if (size < 0)
            shell_print(shell, "%s: error %ld\n", words[1], -size);
    }
    vnode_put(vnode);
}

static void stat(struct shell *shell, int count, char **words)
{
    struct vnode *vnode = count > 1 ? find(shell, words[1]) : NULL;
    struct vnode_attributes attributes;

    if (!vnode) {
        if (count < 2)
            shell_print(shell, "stat PATH\n");
        return;
    }
    vnode->ops->get(vnode, &attributes);
    shell_print(shell, "%c mode %x links %u size %llu inode %llu changed %lld\n", letter(attributes.mode),
                attributes.mode & ~VNODE_TYPE_MASK, attributes.links, (unsigned long long)attributes.size,
                (unsigned long long)attributes.inode, (long long)(attributes.modification_time / 1000000000));
    vnode_put(vnode);
}

#ifdef CONFIG_LIB_MOUNT_TABLE
/* Where a mount is cannot be asked of a file system that waits. */
static void mounts(struct shell *shell, int count, char **words)
{
    static char path[VFS_PATH_MAX];

    (void)count, (void)words;
    for (const struct vfs_mount *mount = mount_table_first(); mount; mount = mount->next) {
        path[0] = '/';
        path[1] = '\0';
#ifndef CONFIG_LIB_FS_WAITS
        if (mount->covered && vfs_path_of(mount->covered, path, sizeof(path)) < 0)
            path[0] = '?';
#else
        path[0] = mount->covered ? '?' : '/';
#endif
        shell_print(shell, "%s %s %s %s\n", mount->source, path, mount->type->name,
                    mount->options[0] ? mount->options : "-");
    }
}
#endif

static const struct shell_command list[] = {
    {"cat", "PATH", "what a file holds", cat},
    {"ls", "[PATH]", "names in a directory", ls},
#ifdef CONFIG_LIB_MOUNT_TABLE
    {"mounts", "", "what is mounted, and where", mounts},
#endif
    {"stat", "PATH", "what is known of a file", stat},
};

const struct shell_commands shell_files_shell_command = {list, sizeof(list) / sizeof(list[0])};
