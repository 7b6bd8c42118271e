/*
 * The root file system from a cpio archive of the "newc" kind, where the boot loader put it.
 *
 * The format is described in Linux's Documentation/driver-api/early-userspace/buffer-format.rst: for each
 * file a header of 110 bytes (a magic number and 13 fields of 8 hexadecimal digits), its name with a NUL, and
 * its content, the last two each followed by zeroes up to a multiple of 4 bytes from the archive's start. The
 * name TRAILER!!! ends the archive. Of the names of a file with several, only the last carries the content.
 *
 * Files adopt their content where it lies. Nothing in the archive is trusted.
 */
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

#define HEADER_SIZE 110
#define MAGIC_SIZE 6
#define FIELD_SIZE 8
#define PERMISSIONS 07777u

enum field {
    INODE,
    MODE,
    UID,
    GID,
    LINKS,
    TIME,
    SIZE,
    MAJOR,
    MINOR,
    RMAJOR,
    RMINOR,
    NAME_SIZE,
    CHECK,
    FIELDS
};

struct archive {
    const unsigned char *start;
    size_t size;
};

struct member {
    const char *name; /* NUL-terminated, in the archive */
    const unsigned char *data;
    uint32_t inode, mode, links, time, size;
#ifdef CONFIG_LIB_USERS
    uint32_t user, group;
#endif
};

static int parse_field(const unsigned char *digits, uint32_t *value)
{
    *value = 0;
    for (int i = 0; i < FIELD_SIZE; i++) {
        unsigned char digit = digits[i];

        if (digit >= '0' && digit <= '9')
            digit -= '0';
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            digit = (unsigned char)((digit | 0x20) - 'a' + 10);
        else
            return -EINVAL;
        *value = *value << 4 | digit;
    }
    return 0;
}

static uint64_t padded(uint64_t offset)
{
    return (offset + 3) & ~(uint64_t)3;
}

/* Reads the member at *offset and moves *offset behind it. -EINVAL: this is no archive, or it has been cut.
 */
static int read_member(const struct archive *archive, size_t *offset, struct member *member)
{
    const unsigned char *header = archive->start + *offset;
    uint32_t fields[FIELDS];
    uint64_t data, end;

    if (archive->size - *offset < HEADER_SIZE ||
        (memcmp(header, "070701", MAGIC_SIZE) != 0 && memcmp(header, "070702", MAGIC_SIZE) != 0))
        return -EINVAL;
    for (int i = 0; i < FIELDS; i++)
        if (parse_field(header + MAGIC_SIZE + FIELD_SIZE * i, &fields[i]) != 0)
            return -EINVAL;
    data = padded((uint64_t)*offset + HEADER_SIZE + fields[NAME_SIZE]);
    end = data + fields[SIZE];
    if (fields[NAME_SIZE] == 0 || end > archive->size)
        return -EINVAL;
    member->name = (const char *)header + HEADER_SIZE;
    if (member->name[fields[NAME_SIZE] - 1] != '\0' || strlen(member->name) + 1 != fields[NAME_SIZE])
        return -EINVAL;
    member->data = archive->start + data;
    member->inode = fields[INODE];
    member->mode = fields[MODE];
    member->links = fields[LINKS];
#ifdef CONFIG_LIB_USERS
    member->user = fields[UID];
    member->group = fields[GID];
#endif
    member->time = fields[TIME];
    member->size = fields[SIZE];
    end = padded(end);
    *offset = end < archive->size ? (size_t)end : archive->size;
    return 0;
}

/* Another name of a file that came before, which is then given in `file`; -ENOENT if it did not come before.
 */
static int make_other_name(const struct archive *archive, const struct member *member, struct vnode **file)
{
    struct member earlier;
    size_t offset = 0;
    int error;

    while (read_member(archive, &offset, &earlier) == 0 && earlier.name != member->name) {
        if (earlier.inode != member->inode || (earlier.mode & VNODE_TYPE_MASK) != VNODE_FILE)
            continue;
        error = vfs_lookup(vfs_root(), earlier.name, 0, file);
        if (error != 0)
            return error;
        error = vfs_link(*file, vfs_root(), member->name);
        if (error != 0)
            vnode_put(*file);
        return error;
    }
    return -ENOENT;
}

/* Makes it, its owner's. As vfs_make(). */
static int make(const struct member *member, const struct vnode_new *what, struct vnode **made)
{
#ifdef CONFIG_LIB_USERS
    const struct vnode_attributes owned = {.user = member->user, .group = member->group};
    struct vnode *own;
    int error = vfs_make(vfs_root(), member->name, what, &own);

    if (error != 0)
        return error;
    if (member->user != 0 || member->group != 0)
        error = vfs_set_attributes(own, &owned, VNODE_SET_USER | VNODE_SET_GROUP);
    if (error == 0 && made != NULL)
        *made = vnode_get(own);
    vnode_put(own);
    return error;
#else
    return vfs_make(vfs_root(), member->name, what, made);
#endif
}

static int make_member(const struct archive *archive, const struct member *member)
{
    struct vnode_new what = {
        .mode = member->mode & (VNODE_TYPE_MASK | PERMISSIONS),
        .time = (int64_t)member->time * 1000000000,
        .target = (const char *)member->data,
        .target_length = member->size,
    };
    struct vnode *made = NULL;
    int error = -ENOENT;

    switch (member->mode & VNODE_TYPE_MASK) {
    case VNODE_DIRECTORY:
        error = make(member, &what, NULL);
        return error == -EEXIST ? 0 : error;
    case VNODE_SYMLINK:
        if (member->size == 0 || member->size >= VFS_PATH_MAX)
            return -EINVAL;
        return make(member, &what, NULL);
    case VNODE_FILE:
        if (member->links > 1)
            error = make_other_name(archive, member, &made);
        if (error == -ENOENT)
            error = make(member, &what, &made);
        if (error == 0 && member->size != 0)
            error = initrd_fill(made, member->data, member->size);
        vnode_put(made);
        return error;
    default:
        return 0; /* devices and the like mean nothing here */
    }
}

int initrd_cpio_init(void)
{
    const struct archive archive = {boot_info.initrd, boot_info.initrd_size};
    struct member member;
    size_t offset = 0;
    int error;

    if (archive.start == NULL)
        return initrd_complain("missing; this image needs the initrd.cpio that was built with it", "",
                               -ENOENT);
    for (;;) {
        if (read_member(&archive, &offset, &member) != 0)
            return initrd_complain("damaged or cut off; not a cpio archive of the newc kind from here on", "",
                                   -EINVAL);
        if (strcmp(member.name, "TRAILER!!!") == 0)
            return 0;
        error = vfs_path_climbs(member.name) ? -EINVAL : make_member(&archive, &member);
        if (error != 0)
            return initrd_complain("cannot make ", member.name, error);
    }
}
