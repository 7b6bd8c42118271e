/*
 * A file system that lives in memory: small objects on the heap, the bytes of files in pages.
 *
 * A node goes when its last name and its last reference are gone. Whatever may fail is done before anything
 * changes.
 */
#include "node.h"

#include <config.h>
#include <errno.h>
#include <fs.h>
#include <heap.h>
#include <pages.h>
#include <string.h>
#ifdef CONFIG_LIB_CLOCK
#include <clock.h>
#endif

static const struct vnode_ops operations;
static uint64_t last_inode;

static int64_t now(void)
{
#ifdef CONFIG_LIB_CLOCK
    return (int64_t)clock_realtime();
#else
    return 0;
#endif
}

static struct node *node_new(const struct vnode_new *what)
{
    struct node *node = heap_alloc(sizeof(*node));

    if (node == NULL)
        return NULL;
    memset(node, 0, sizeof(*node));
    node->vnode.ops = &operations;
    node->vnode.type = (uint16_t)(what->mode & VNODE_TYPE_MASK);
    if (node->vnode.type == VNODE_DIRECTORY)
        node->vnode.flags = VNODE_NAMELESS;
    node->vnode.references = 1;
    node->permissions = what->mode & ~VNODE_TYPE_MASK;
    node->user = what->user;
    node->group = what->group;
    node->inode = ++last_inode;
    node->access_time = what->time != VNODE_NOW ? what->time : now();
    node->modification_time = node->change_time = node->access_time;
    return node;
}

static void release(struct vnode *vnode)
{
    struct node *node = node_of(vnode);

    if (node->links != 0)
        return;
    if (vnode->type == VNODE_FILE)
        ramfs_content_resize(&node->content, 0);
    else if (vnode->type == VNODE_DIRECTORY)
        heap_free(node->directory.chains);
    else if (vnode->type == VNODE_SYMLINK)
        heap_free(node->target.text);
    heap_free(node);
}

static void changed(struct node *dir, int64_t time)
{
    dir->modification_time = dir->change_time = time;
}

static int lookup(struct vnode *dir, const char *name, size_t length, struct vnode **found)
{
    struct directory *directory = &node_of(dir)->directory;
    struct entry *entry;

    if (length == 2 && memcmp(name, "..", 2) == 0) {
        if (node_of(dir)->links == 0)
            return -ENOENT;
        *found = vnode_get(&directory->parent->vnode);
        return 0;
    }
    entry = ramfs_entry_find(directory, name, length);
    if (entry == NULL)
        return -ENOENT;
    *found = vnode_get(&entry->node->vnode);
    return 0;
}

/* A directory has one link for its name, one for its ".", and one for the ".." of each directory in it. */
static void attach(struct node *dir, struct entry *entry, struct node *node)
{
    ramfs_entry_add(&dir->directory, entry, node);
    node->links++;
    if (node->vnode.type == VNODE_DIRECTORY) {
        node->links++;
        dir->links++;
        node->directory.parent = dir;
        node->directory.entry = entry;
    }
}

void ramfs_detach(struct node *dir, struct entry *entry)
{
    struct node *node = entry->node;

    ramfs_entry_remove(&dir->directory, entry);
    node->links--;
    if (node->vnode.type == VNODE_DIRECTORY) {
        node->links--;
        dir->links--;
    }
}

/* Whether a name can be added. */
static int check_free(struct vnode *dir, const char *name, size_t length)
{
    if (node_of(dir)->links == 0)
        return -ENOENT; /* removed, and only held open */
    return ramfs_entry_find(&node_of(dir)->directory, name, length) != NULL ? -EEXIST : 0;
}

static bool is_device(const struct node *node)
{
    return node->vnode.type == VNODE_DEVICE || node->vnode.type == VNODE_BLOCK_DEVICE;
}

static int create(struct vnode *dir, const char *name, size_t length, const struct vnode_new *what,
                  struct vnode **made)
{
    int error = check_free(dir, name, length);
    struct entry *entry;
    struct node *node;

    if (error != 0)
        return error;
    entry = length != 0 ? ramfs_entry_new(name, length) : NULL;
    node = node_new(what);
    if ((entry == NULL && length != 0) || node == NULL)
        goto no_space;
    if (node->vnode.type == VNODE_SYMLINK) {
        node->target.length = what->target_length;
        node->target.text = heap_alloc(node->target.length);
        if (node->target.text == NULL)
            goto no_space;
        memcpy(node->target.text, what->target, node->target.length);
    }
    if (is_device(node))
        node->special_device = what->special_device;
    *made = &node->vnode;
    if (entry == NULL)
        return 0; /* it has no name */
    attach(node_of(dir), entry, node);
    changed(node_of(dir), node->modification_time);
    return 0;

no_space:
    heap_free(node);
    heap_free(entry);
    return -ENOSPC;
}

static int make_link(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    int error = check_free(dir, name, length);
    struct entry *entry;

    if (error != 0)
        return error;
    entry = ramfs_entry_new(name, length);
    if (entry == NULL)
        return -ENOSPC;
    attach(node_of(dir), entry, node_of(file));
    changed(node_of(dir), now());
    node_of(file)->change_time = node_of(dir)->change_time;
    return 0;
}

static int unlink(struct vnode *dir, const char *name, size_t length, struct vnode *file)
{
    if (file->type == VNODE_DIRECTORY && node_of(file)->directory.count != 0)
        return -ENOTEMPTY;
    ramfs_detach(node_of(dir), ramfs_entry_find(&node_of(dir)->directory, name, length));
    changed(node_of(dir), now());
    node_of(file)->change_time = node_of(dir)->change_time;
    return 0;
}

/* Two names change places; the entries stay where they are. */
static void exchange(struct node *from, struct entry *old, struct node *to, struct entry *new)
{
    struct node *node = old->node, *other = new->node;

    if (node->vnode.type == VNODE_DIRECTORY) {
        node->directory.parent = to;
        node->directory.entry = new;
        from->links--;
        to->links++;
    }
    if (other->vnode.type == VNODE_DIRECTORY) {
        other->directory.parent = from;
        other->directory.entry = old;
        to->links--;
        from->links++;
    }
    old->node = other;
    new->node = node;
    changed(from, now());
    changed(to, from->change_time);
    node->change_time = other->change_time = from->change_time;
}

static int rename(struct vnode *from, const char *name, size_t length, struct vnode *file, struct vnode *to,
                  const char *new_name, size_t new_length, struct vnode *replaced, unsigned flags)
{
    struct node *node = node_of(file), *target = node_of(to);
    struct entry *entry;

    if (target->links == 0)
        return -ENOENT;
    if (flags & VNODE_RENAME_EXCHANGE) {
        exchange(node_of(from), ramfs_entry_find(&node_of(from)->directory, name, length), target,
                 ramfs_entry_find(&target->directory, new_name, new_length));
        return 0;
    }
    if (replaced != NULL && replaced->type == VNODE_DIRECTORY && node_of(replaced)->directory.count != 0)
        return -ENOTEMPTY;
    entry = ramfs_entry_new(new_name, new_length);
    if (entry == NULL)
        return -ENOSPC;
    if (replaced != NULL)
        ramfs_detach(target, ramfs_entry_find(&target->directory, new_name, new_length));
    ramfs_detach(node_of(from), ramfs_entry_find(&node_of(from)->directory, name, length));
    attach(target, entry, node);
    changed(target, now());
    changed(node_of(from), target->change_time);
    node->change_time = target->change_time;
    if (replaced != NULL)
        node_of(replaced)->change_time = target->change_time;
    return 0;
}

static int entries(struct vnode *dir, uint64_t cookie, vnode_entry_taker *take, void *context)
{
    struct entry *entry = node_of(dir)->directory.first;

    while (entry != NULL && entry->serial <= cookie)
        entry = entry->next;
    while (entry != NULL && take(context, entry->name, entry->length, entry->node->inode,
                                 entry->node->vnode.type, entry->serial))
        entry = entry->next;
    return 0;
}

static long read(struct vnode *file, void *buffer, size_t size, uint64_t offset)
{
    struct node *node = node_of(file);

    if (file->type == VNODE_FILE)
        return ramfs_content_read(&node->content, buffer, size, offset);
    if (offset >= node->target.length)
        return 0;
    if (size > node->target.length - offset)
        size = node->target.length - offset;
    memcpy(buffer, node->target.text + offset, size);
    return (long)size;
}

#ifdef CONFIG_LIB_SENDFILE
static long view(struct vnode *file, size_t size, uint64_t offset, const void **data, bool *lasting)
{
    return ramfs_content_view(&node_of(file)->content, size, offset, data, lasting);
}
#endif

static long write(struct vnode *file, const void *data, size_t size, uint64_t offset)
{
    long written = ramfs_content_write(&node_of(file)->content, data, size, offset);

    if (written > 0)
        changed(node_of(file), now());
    return written;
}

static int adopt(struct vnode *file, const void *data, size_t size)
{
    struct content *content = &node_of(file)->content;

    content->adopted = data;
    content->adopted_size = content->size = size;
    return 0;
}

static void get(struct vnode *vnode, struct vnode_attributes *attributes)
{
    struct node *node = node_of(vnode);

    attributes->inode = node->inode;
    attributes->size = 0;
    attributes->allocated = 0;
    attributes->special_device = is_device(node) ? node->special_device : 0;
    attributes->mode = vnode->type | node->permissions;
    attributes->links = node->links;
    attributes->user = node->user;
    attributes->group = node->group;
    attributes->access_time = node->access_time;
    attributes->modification_time = node->modification_time;
    attributes->change_time = node->change_time;
    if (vnode->type == VNODE_FILE) {
        attributes->size = node->content.size;
        attributes->allocated = node->content.pages * PAGE_SIZE;
    } else if (vnode->type == VNODE_SYMLINK) {
        attributes->size = node->target.length;
    }
}

static int set(struct vnode *vnode, const struct vnode_attributes *attributes, unsigned which)
{
    struct node *node = node_of(vnode);
    int64_t time;

    if ((which & VNODE_SET_SIZE) && attributes->size > INT64_MAX)
        return -EFBIG;
    time = now();
    if (which & VNODE_SET_SIZE) {
        ramfs_content_resize(&node->content, attributes->size);
        node->modification_time = time;
    }
    if (which & VNODE_SET_MODE)
        node->permissions = attributes->mode & ~VNODE_TYPE_MASK;
    if (which & VNODE_SET_USER)
        node->user = attributes->user;
    if (which & VNODE_SET_GROUP)
        node->group = attributes->group;
    if (which & VNODE_SET_ACCESS_TIME)
        node->access_time = attributes->access_time != VNODE_NOW ? attributes->access_time : time;
    if (which & VNODE_SET_MODIFICATION_TIME)
        node->modification_time =
            attributes->modification_time != VNODE_NOW ? attributes->modification_time : time;
    node->change_time = time;
    return 0;
}

static const struct vnode_ops operations = {
    .lookup = lookup,
    .create = create,
    .link = make_link,
    .unlink = unlink,
    .rename = rename,
    .entries = entries,
    .read = read,
#ifdef CONFIG_LIB_SENDFILE
    .view = view,
#endif
    .write = write,
    .adopt = adopt,
    .get = get,
    .set = set,
    .release = release,
};

static int mount(const char *source, const char *options, struct vnode **root)
{
    const struct vnode_new what = {.mode = VNODE_DIRECTORY | 0755, .time = 0};
    struct node *node = node_new(&what);

    (void)source;
    (void)options;
    if (node == NULL)
        return -ENOMEM;
    node->links = 2;
    node->directory.parent = node;
    *root = &node->vnode;
    return 0;
}

const struct fs_type ramfs_fs = {
    .name = "ramfs",
    .mount = mount,
#ifdef CONFIG_LIB_MOUNT_TABLE
    .unmount = ramfs_unmount,
#endif
};
