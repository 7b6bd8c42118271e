/*
 * Shows what an image holds, for tests/libs/test_erofs.py: walk_erofs IMAGE memory|disk [PIECE].
 *
 * A line a file: its path in hexadecimal, mode, links, owner, group, time, size, and of its content a sum,
 * read in pieces of PIECE bytes (7000 unless told) from the front, then in the same pieces from the back.
 */
#include "image.h"

#include <stdlib.h>

static size_t piece = 7000;

struct walk {
    struct vnode *directory;
    const char *path;
};

static unsigned long sum_of(struct vnode *file, uint64_t size, bool backwards)
{
    unsigned char *content = malloc(size + 1), *buffer = malloc(piece);
    uint64_t pieces = (size + piece - 1) / piece;
    unsigned long sum = 0;

    for (uint64_t i = 0; i < pieces; i++) {
        uint64_t at = (backwards ? pieces - 1 - i : i) * piece;
        long got = file->ops->read(file, buffer, piece, at);

        if (got < 0) {
            printf("reading failed: %ld\n", got);
            exit(1);
        }
        assert((uint64_t)got == (size - at < piece ? size - at : piece));
        memcpy(content + at, buffer, (size_t)got);
    }
    assert(file->ops->read(file, buffer, piece, size) == 0);
    for (uint64_t i = 0; i < size; i++)
        sum = (sum * 31 + content[i]) & 0xffffffff;
    free(content);
    free(buffer);
    return sum;
}

static bool visit(void *context, const char *name, size_t length, uint64_t inode, uint32_t type,
                  uint64_t next)
{
    const struct walk *walk = context;
    struct vnode_attributes a;
    struct vnode *child, *again;
    size_t above = strlen(walk->path);
    char *path = malloc(above + 2 * length + 3);
    unsigned long front = 0, back = 0;

    (void)next;
    strcpy(path, walk->path);
    for (size_t i = 0; i < length; i++)
        sprintf(path + above + 2 * i, "%02x", (unsigned char)name[i]);
    if (walk->directory->ops->lookup(walk->directory, name, length, &child) != 0) {
        printf("not found: %s\n", path);
        exit(1);
    }
    assert(walk->directory->ops->lookup(walk->directory, name, length, &again) == 0 && again == child);
    vnode_put(again);
    child->ops->get(child, &a);
    assert(child->type == type && a.inode == inode && (a.mode & VNODE_TYPE_MASK) == type);
    if (type == VNODE_FILE || type == VNODE_SYMLINK) {
        front = sum_of(child, a.size, false);
        back = sum_of(child, a.size, true);
    }
    printf("%s %o %u %u %u %lld %llu %08lx%s\n", path, a.mode, a.links, a.user, a.group,
           (long long)a.modification_time, type == VNODE_DIRECTORY ? 0ull : (unsigned long long)a.size, front,
           front == back ? "" : " (but another from the back)");
    if (type == VNODE_DIRECTORY) {
        struct walk deeper = {child, strcat(path, "/")};

        assert(child->ops->lookup(child, "..", 2, &again) == 0 && again == walk->directory);
        vnode_put(again);
        child->ops->entries(child, 0, visit, &deeper);
    }
    vnode_put(child);
    free(path);
    return true;
}

int main(int argc, char **argv)
{
    FILE *file = fopen(argv[1], "rb");
    struct walk walk = {NULL, ""};
    struct vnode_statfs values;
    unsigned char *image;
    size_t size;
    int error;

    assert(argc >= 3 && file != NULL);
    fseek(file, 0, SEEK_END);
    size = (size_t)ftell(file);
    rewind(file);
    image = malloc(size);
    assert(fread(image, 1, size, file) == size);
    fclose(file);
    if (argc > 3)
        piece = strtoul(argv[3], NULL, 10);
    error = mount_image(image, size, strcmp(argv[2], "disk") == 0, &walk.directory);
    if (error != 0) {
        printf("not mounted: %d\n", error);
        return 1;
    }
    assert(walk.directory->ops->statfs(walk.directory, &values) == 0 && values.blocks * 4096 <= size);
    error = walk.directory->ops->entries(walk.directory, 0, visit, &walk);
    if (error != 0)
        printf("entries: %d\n", error);
    erofs_fs.unmount(walk.directory);
    assert(fake_live == 0);
    free(image);
    return error != 0;
}
