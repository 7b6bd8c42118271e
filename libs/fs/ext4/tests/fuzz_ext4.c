/*
 * Damaged disks: mounts, walks, reads and writes whatever is there. The input says which bytes of an image
 * are changed; it comes from mke2fs, with and without checksums, and was left by a crash, so that its journal
 * has to be replayed.
 */
// sources: ../../block-cache/block_cache.c ../../block-cache/change.c ../../block-cache/write.c
// sources: ../../../base/crc32c/crc32c.c
// cflags: -DCONFIG_EXT4_CACHE=256 -DCONFIG_LIB_LOG=1
// runs: 3000
// max-len: 64
#include "host.h"

#include <unistd.h>

#define IMAGES 4
#define BLOCK 1024u
#define BYTES (2560u * BLOCK)

static unsigned char *images[IMAGES];
static uint32_t used[IMAGES][2560], used_count[IMAGES]; /* blocks that hold something */
static unsigned steps;

static void make(struct vnode *dir, const char *name, uint32_t mode, struct vnode **made)
{
    struct vnode_new what = {.mode = mode, .time = VNODE_NOW, .target = "target", .target_length = 6};

    *made = NULL;
    if (dir->type == VNODE_DIRECTORY)
        dir->ops->create(dir, name, strlen(name), &what, made);
}

/* Something of every kind, and a transaction that only the journal has. Returns a file without a name. */
static struct vnode *populate(struct vnode *root)
{
    struct vnode *dir, *file, *extra;
    char name[200];

    make(root, "tree", VNODE_DIRECTORY | 0755, &dir);
    for (int i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "%d%.*d", i, 3 * i, 0);
        make(dir, name, VNODE_FILE | 0644, &file);
        vnode_put(file);
    }
    make(root, "link", VNODE_SYMLINK | 0777, &extra);
    vnode_put(extra);
    make(root, "holes", VNODE_FILE | 0644, &file);
    for (uint64_t i = 0; i < 60; i++)
        file->ops->write(file, "x", 1, i * 3 * BLOCK);
    file->ops->allocate(file, VNODE_ALLOCATE_KEEP_SIZE, 200 * BLOCK, 5 * BLOCK);
    file->ops->sync(file, false);
    make(root, "open", VNODE_FILE | 0644, &extra);
    extra->ops->write(extra, "gone", 4, 0);
    root->ops->unlink(root, "open", 4, extra);
    root->ops->sync(root, false);
    vnode_put(file);
    vnode_put(dir);
    return extra;
}

static void build(int number)
{
    static const char *const options[IMAGES] = {"", "-O ^metadata_csum", "-O ^has_journal,^metadata_csum",
                                                "-O ^dir_index,^metadata_csum,^64bit -I 128"};
    char path[] = "/tmp/fuzz-ext4-XXXXXX", command[300];
    int descriptor = mkstemp(path);
    FILE *file;
    struct vnode *root, *open;

    assert(descriptor >= 0);
    close(descriptor);
    snprintf(command, sizeof(command),
             "PATH=$PATH:/usr/sbin:/sbin mke2fs -q -F -t ext4 -b 1024 -N 256 %s %s %s 2560 >/dev/null 2>&1",
             number == 2 ? "" : "-J size=1", options[number], path);
    assert(system(command) == 0);
    images[number] = malloc(BYTES);
    file = fopen(path, "rb");
    assert(images[number] != NULL && file != NULL && fread(disk_bytes, 1, BYTES, file) == BYTES);
    fclose(file);
    unlink(path);
    assert(ext4_fs.mount("vda", NULL, &root) == 0);
    open = populate(root);
    memcpy(images[number], disk_bytes, BYTES);
    vnode_put(open);
    assert(ext4_fs.unmount(root) == 0);
    for (uint32_t i = 0; i < 2560; i++)
        for (uint32_t n = 0; n < BLOCK; n++)
            if (images[number][i * BLOCK + n] != 0) {
                used[number][used_count[number]++] = i;
                break;
            }
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    host_quiet = true;
    disk_open(BYTES);
    for (int i = 0; i < IMAGES; i++)
        build(i);
    return 0;
}

struct walk {
    struct vnode *dir;
    unsigned depth;
};

static void visit(struct vnode *node, unsigned depth);

static bool take(void *context, const char *name, size_t length, uint64_t inode, uint32_t type, uint64_t next)
{
    struct walk *walk = context;
    struct vnode *node;

    (void)inode, (void)type, (void)next;
    if (++steps > 300)
        return false;
    if (walk->dir->ops->lookup(walk->dir, name, length, &node) == 0) {
        visit(node, walk->depth + 1);
        vnode_put(node);
    }
    return true;
}

static void visit(struct vnode *node, unsigned depth)
{
    static char bytes[3 * BLOCK];
    struct walk walk = {node, depth};
    struct vnode_attributes a;

    node->ops->get(node, &a);
    if (node->type == VNODE_FILE || node->type == VNODE_SYMLINK)
        node->ops->read(node, bytes, sizeof(bytes), a.size > sizeof(bytes) ? a.size - sizeof(bytes) : 0);
    if (node->type == VNODE_FILE) {
        node->ops->write(node, bytes, 2000, a.size);
        node->ops->allocate(node, VNODE_ALLOCATE_KEEP_SIZE | VNODE_ALLOCATE_PUNCH_HOLE, 2 * BLOCK, 5 * BLOCK);
        a.size /= 2;
        node->ops->set(node, &a, VNODE_SET_SIZE | VNODE_SET_MODE);
    }
    if (node->type == VNODE_DIRECTORY && depth < 4) {
        struct vnode *made;
        node->ops->entries(node, 0, take, &walk);
        make(node, "new", VNODE_FILE | 0600, &made);
        if (made != NULL) {
            node->ops->rename(node, "new", 3, made, node, "a much longer name", 18, NULL, 0);
            vnode_put(made);
        }
        make(node, "newer", VNODE_DIRECTORY | 0700, &made);
        if (made != NULL) {
            node->ops->unlink(node, "newer", 5, made);
            vnode_put(made);
        }
        if (node->ops->lookup(node, "..", 2, &made) == 0)
            vnode_put(made);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vnode *root;
    int number;

    if (size == 0)
        return 0;
    number = data[0] % IMAGES;
    memcpy(disk_bytes, images[number], BYTES);
    for (size_t i = 1; i + 4 <= size; i += 4) {
        uint32_t block = used[number][(data[i] | (uint32_t)data[i + 1] << 8) % used_count[number]];
        uint32_t offset = (data[i + 1] >> 4 | (uint32_t)data[i + 2] << 4) % BLOCK;
        disk_bytes[block * BLOCK + offset] = data[i + 3];
    }
    steps = 0;
    if (ext4_fs.mount("vda", data[0] & 128 ? "ro" : NULL, &root) == 0) {
        visit(root, 0);
        root->ops->sync(root, false);
        ext4_fs.unmount(root);
    }
    assert(disk.holder == NULL);
    return 0;
}
