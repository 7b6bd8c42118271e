/*
 * The root file system from a tar archive, where the boot loader put it.
 *
 * Files adopt their content where it lies. Directories that lack are made; of what has a name already, a
 * directory stays, and a file makes place for the one that comes later.
 */
#include "member.h"

#include <boot_info.h>
#include <config.h>
#include <errno.h>
#include <initrd_files.h>
#include <string.h>
#include <vfs.h>
#include <vnode.h>
#ifdef CONFIG_LIB_USERS
#include <users.h>
#endif

#define PERMISSIONS 07777u

int initrd_tar_init(void);

static int make_directory(const char *path, uint32_t mode, int64_t time)
{
    const struct vnode_new what = {.mode = VNODE_DIRECTORY | (mode & PERMISSIONS), .time = time * 1000000000};
    int error = vfs_make(vfs_root(), path, &what, NULL);

    return error == -EEXIST ? 0 : error;
}

static int make_directories_above(char *path)
{
    for (char *at = path; *at != '\0'; at++) {
        int error;

        if (*at != '/')
            continue;
        *at = '\0';
        error = make_directory(path, 0755, 0);
        *at = '/';
        if (error != 0)
            return error;
    }
    return 0;
}

static int make_file(const struct initrd_tar_member *member, uint32_t type)
{
    const struct vnode_new what = {
        .mode = type | (member->mode & PERMISSIONS),
        .time = member->time * 1000000000,
        .target = member->target,
        .target_length = strlen(member->target),
    };
    struct vnode *made = NULL;
    int error;

    if (type == VNODE_SYMLINK && what.target_length == 0)
        return -EINVAL;
    error = vfs_make(vfs_root(), member->name, &what, &made);
    if (error == -EEXIST) {
        error = vfs_remove(vfs_root(), member->name, false);
        if (error == 0)
            error = vfs_make(vfs_root(), member->name, &what, &made);
    }
    if (error == 0 && type == VNODE_FILE && member->size != 0)
        error = initrd_fill(made, member->data, member->size);
    vnode_put(made);
    return error;
}

static int make_other_name(const struct initrd_tar_member *member)
{
    struct vnode *file;
    int error = vfs_path_climbs(member->target) ? -EINVAL : vfs_lookup(vfs_root(), member->target, 0, &file);

    if (error != 0)
        return error;
    error = file->type == VNODE_FILE ? vfs_link(file, vfs_root(), member->name) : -EINVAL;
    vnode_put(file);
    return error;
}

#ifdef CONFIG_LIB_USERS
/* It becomes its owner's. */
static int give(const struct initrd_tar_member *member)
{
    const struct vnode_attributes owned = {.user = member->user, .group = member->group};
    struct vnode *file;
    int error;

    if (owned.user == 0 && owned.group == 0)
        return 0;
    error = vfs_lookup(vfs_root(), member->name, 0, &file);
    if (error != 0)
        return error;
    error = vfs_set_attributes(file, &owned, VNODE_SET_USER | VNODE_SET_GROUP);
    vnode_put(file);
    return error;
}
#endif

static int make_member(struct initrd_tar_member *member)
{
    int error = vfs_path_climbs(member->name) ? -EINVAL : make_directories_above(member->name);

    if (error != 0 || member->name[0] == '\0')
        return error;
    switch (member->kind) {
    case '0':
        return make_file(member, VNODE_FILE);
    case '1':
        return make_other_name(member);
    case '2':
        return make_file(member, VNODE_SYMLINK);
    case '5':
        return make_directory(member->name, member->mode, member->time);
    default:
        return 0; /* devices and the like mean nothing here */
    }
}

int initrd_tar_init(void)
{
    static struct initrd_tar_member member; /* too large for the stack */
    struct initrd_tar_archive archive = {boot_info.initrd, boot_info.initrd_size, 0};
    int found, error;

    if (archive.start == NULL)
        return initrd_complain("missing; this image needs the initrd.tar that was built with it", "",
                               -ENOENT);
    while ((found = initrd_tar_next(&archive, &member)) > 0) {
        error = make_member(&member);
#ifdef CONFIG_LIB_USERS
        if (error == 0 && (member.kind == '0' || member.kind == '2' || member.kind == '5'))
            error = give(&member);
#endif
        if (error != 0)
            return initrd_complain("cannot make ", member.name, error);
    }
    return found == 0 ? 0 : initrd_complain("damaged or cut off; not a tar archive from here on", "", found);
}
