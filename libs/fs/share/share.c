#include <errno.h>
#include <fs.h>
#include <string.h>

#define MOUNTS_MOST 16u

static const char *const kinds[] = {"9p", "virtiofs", "host"};

/* What is mounted, and by whom. */
static struct {
    const struct vnode *root; /* NULL: free */
    const struct fs_type *type;
} mounts[MOUNTS_MOST];

static bool is_share(const struct fs_type *type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type->name, kinds[i]) == 0)
            return true;
    return false;
}

/* The first kind that has a share of that name. */
static int mount_share(const char *source, const char *options, struct vnode **root)
{
    int error = -ENODEV;
    unsigned place = 0;

    while (place < MOUNTS_MOST && mounts[place].root)
        place++;
    if (place == MOUNTS_MOST)
        return -ENOMEM;
    for (size_t i = 0; i < fs_table_count && error == -ENODEV; i++) {
        if (!is_share(fs_table[i]))
            continue;
        mounts[place].type = fs_table[i];
        error = fs_table[i]->mount(source, options, root);
    }
    if (!error)
        mounts[place].root = *root;
    return error;
}

static int unmount(struct vnode *root)
{
    unsigned place = 0;
    int error;

    while (mounts[place].root != root)
        place++;
    error = mounts[place].type->unmount(root);
    if (error != -EBUSY)
        mounts[place].root = NULL;
    return error;
}

const struct fs_type share_fs = {.name = "share", .mount = mount_share, .unmount = unmount};
