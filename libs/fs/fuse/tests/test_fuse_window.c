// sources: ../../fuse-dax/fuse_dax.c ../../vnode-table/vnode_table.c
// sources: ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c
// sources: ../../../drivers/share-channel/share_listing.c
// cflags: -UCONFIG_FUSE_CACHE -DCONFIG_LIB_FUSE_DAX=1 -DCONFIG_FUSE_DAX_RANGES=4 -DCONFIG_FUSE_DAX_WRITES=1
/*
 * The same with a window of mapped files: what is read and written there takes no request, nothing is
 * touched where the server has mapped nothing or the file has ended (ASan knows), nothing stays mapped, and
 * a server that lies about it, refuses it or falls silent is no worse than without.
 */
#define main without_window
#include "test_fuse.c"
#undef main

#include <sanitizer/asan_interface.h>

#define RANGE (1u << 21)
#define RANGES 4u

static unsigned char window[RANGES * RANGE] __attribute__((aligned(RANGE)));
static struct {
    uint64_t node, offset;
    bool writable;
} mapped[RANGES];
static unsigned maps, unmaps;
static int refuses; /* an error, for what should be mapped */

void *device_memory_map_cached(uint64_t physical, size_t size)
{
    assert(physical >= (uintptr_t)window && physical + size <= (uintptr_t)window + sizeof window);
    return (void *)physical;
}

static unsigned char byte_of(uint64_t place)
{
    return (unsigned char)(place * 7);
}

/* Only what is mapped, and in the file, can be reached. */
static void show(void)
{
    ASAN_POISON_MEMORY_REGION(window, sizeof window);
    for (unsigned i = 0; i < RANGES; i++) {
        uint64_t end = mapped[i].node ? attributes_of(mapped[i].node).size : 0;
        uint64_t length = end > mapped[i].offset ? end - mapped[i].offset : 0;

        ASAN_UNPOISON_MEMORY_REGION(window + i * RANGE, length < RANGE ? length : RANGE);
    }
}

static int serve_window(const struct fuse_in_header *in, const unsigned char *body)
{
    struct fuse_setupmapping_in map;
    struct fuse_removemapping_in count;
    struct fuse_removemapping_one one;
    struct fuse_setattr_in set;

    switch (in->operation) {
    case FUSE_SETUPMAPPING:
        assert(in->length == sizeof *in + sizeof map);
        memcpy(&map, body, sizeof map);
        assert(dishonest || is_open(map.handle));
        assert(map.place % RANGE == 0 && map.place < sizeof window && map.length == RANGE &&
               map.offset % RANGE == 0 && map.flags & FUSE_MAP_READ);
        if (refuses)
            return refuses;
        maps++;
        mapped[map.place / RANGE].node = in->node;
        mapped[map.place / RANGE].offset = map.offset;
        mapped[map.place / RANGE].writable = map.flags & FUSE_MAP_WRITE;
        show();
        for (uint64_t i = map.offset; i < map.offset + RANGE && i < attributes_of(in->node).size; i++)
            window[map.place + i - map.offset] = byte_of(i);
        return 0;
    case FUSE_REMOVEMAPPING:
        assert(in->length == sizeof *in + sizeof count + sizeof one);
        memcpy(&count, body, sizeof count);
        memcpy(&one, body + sizeof count, sizeof one);
        assert(count.count == 1 && one.place % RANGE == 0 && one.place < sizeof window &&
               one.length == RANGE && (dishonest || mapped[one.place / RANGE].node == in->node));
        unmaps++;
        mapped[one.place / RANGE].node = 0;
        show();
        return 0;
    case FUSE_SETATTR:
        memcpy(&set, body, sizeof set);
        if (in->node == FILE_A && set.valid & 8) { /* FATTR_SIZE */
            size_of_a = set.size;
            for (unsigned i = 0; i < RANGES; i++) /* ends beyond it are told before */
                assert(dishonest || mapped[i].node != FILE_A || mapped[i].offset < set.size);
            show();
        }
        return 0;
    default:
        return 0;
    }
}

static unsigned mappings(void)
{
    unsigned count = 0;

    for (unsigned i = 0; i < RANGES; i++)
        count += mapped[i].node != 0;
    return count;
}

static struct vnode *mount_with_window(void)
{
    struct vnode *root;

    begin();
    memset(mapped, 0, sizeof mapped);
    maps = unmaps = 0;
    show();
    assert(fuse_fs.mount("share0", NULL, &root) == 0);
    return root;
}

static void expect(struct vnode *file, uint64_t offset, size_t size)
{
    static unsigned char data[4 * RANGE];

    memset(data, 0xee, sizeof data);
    assert(file->ops->read(file, data, size, offset) == (long)size);
    for (size_t i = 0; i < size; i++)
        assert(data[i] == byte_of(offset + i));
}

static void read_and_write(void)
{
    struct vnode *root = mount_with_window(), *file;
    struct vnode_attributes cut = {.size = 0};
    unsigned char data[100];

    size_of_a = 3 * RANGE + 1000;
    TAKES(1, root->ops->lookup(root, "a", 1, &file));
    TAKES(2, (expect(file, 5, 100), 0)); /* opens, maps */
    TAKES(0, (expect(file, 1000, 4000), 0));
    TAKES(1, (expect(file, RANGE - 10, 20), 0));               /* the next range */
    TAKES(2, (expect(file, RANGE, 2 * RANGE + 10), 0));        /* two more */
    TAKES(0, (expect(file, 0, 3 * RANGE + 1000), 0));          /* all of it */
    TAKES(1, file->ops->read(file, data, 100, size_of_a - 1)); /* what may be behind the end is asked for */
    assert(maps == 4 && unmaps == 0 && mappings() == 4);

    /* For writing it is opened and mapped anew, in place; once. */
    TAKES(2, file->ops->write(file, "xyz", 3, 7));
    TAKES(0, file->ops->write(file, "xyz", 3, 7));
    assert(maps == 5 && mapped[0].writable && memcmp(window + 7, "xyz", 3) == 0);
    TAKES(1, file->ops->write(file, "xyz", 3, size_of_a)); /* makes it longer */
    TAKES(1, file->ops->read(file, data, 3, 7));           /* after which its size is asked for */
    assert(memcmp(data, "xyz", 3) == 0);

    /* What is cut goes, and what is left stays. */
    cut.size = RANGE + 50;
    TAKES(3, file->ops->set(file, &cut, VNODE_SET_SIZE)); /* two ranges, and SETATTR */
    assert(unmaps == 2 && mappings() == 2);
    TAKES(0, (expect(file, RANGE, 50), 0));
    TAKES(1, file->ops->read(file, data, 100, RANGE)); /* 50 */
    cut.size = 0;
    TAKES(3, file->ops->set(file, &cut, VNODE_SET_SIZE));
    assert(mappings() == 0);
    vnode_put(file);
    assert(fuse_fs.unmount(root) == 0 && fake_blocks == 0 && mappings() == 0);
    size_of_a = SIZE;
}

/* More files than ranges: the one that was used longest ago goes; one that is removed goes at once. */
static void replace(void)
{
    struct vnode *root = mount_with_window(), *files[6];
    char name[8];

    size_of_many = 5000;
    name_valid = 1;
    for (unsigned i = 0; i < 6; i++) {
        size_t length = (size_t)snprintf(name, sizeof name, "f%u", i);

        assert(root->ops->lookup(root, name, length, &files[i]) == 0);
    }
    for (unsigned i = 0; i < 4; i++)
        TAKES(2, (expect(files[i], 0, 5000), 0));
    TAKES(0, (expect(files[0], 0, 10), 0)); /* now the second is the oldest */
    TAKES(2, (expect(files[4], 0, 10), 0));
    TAKES(0, (expect(files[0], 0, 10), 0));
    TAKES(0, (expect(files[2], 0, 10), 0));
    TAKES(1, (expect(files[1], 0, 10), 0)); /* takes the place of the fourth */
    TAKES(1, (expect(files[3], 0, 10), 0)); /* and that of the fifth */
    assert(maps == 7 && unmaps == 0);

    /* Removed: what is mapped can be read for as long as somebody has it open, and goes with the last. */
    TAKES(1, root->ops->unlink(root, "f0", 2, files[0]));
    TAKES(1, (expect(files[0], 0, 10), 0)); /* its attributes have changed */
    vnode_put(files[0]);
    fake_settle();
    assert(unmaps == 1 && mappings() == 3);

    /* A name that is known keeps what is mapped. */
    vnode_put(files[2]);
    fake_settle();
    assert(mappings() == 3);
    TAKES(0, root->ops->lookup(root, "f2", 2, &files[2]));
    TAKES(1, (expect(files[2], 0, 10), 0)); /* opens it */
    for (unsigned i = 1; i < 6; i++)
        vnode_put(files[i]);
    assert(fuse_fs.unmount(root) == 0 && mappings() == 0 && fake_blocks == 0 && open_files == 0);
    for (unsigned i = 2; i < NODES; i++)
        assert(lookups[i] == 0);
    size_of_many = 0;
    name_valid = 0;
}

static void read_meanwhile(void)
{
    expect(meanwhile_file, 3, 10);
}

/* Another thread wants what is just being mapped, or all ranges are taken: by messages. */
static void map_meanwhile(void)
{
    struct vnode *root = mount_with_window();

    assert(root->ops->lookup(root, "a", 1, &meanwhile_file) == 0);
    expect(meanwhile_file, 0, 1);
    assert(fuse_fs.unmount(root) == -EBUSY);
    assert(meanwhile_file->ops->set(meanwhile_file, &(struct vnode_attributes){.size = 0}, VNODE_SET_SIZE) ==
           0);
    size_of_a = SIZE;
    fake_now += UINT64_C(1000000000);
    fake_meanwhile = read_meanwhile;
    maps = 0;
    expect(meanwhile_file, 0, 100);
    assert(!fake_meanwhile && maps == 1);
    vnode_put(meanwhile_file);
    assert(fuse_fs.unmount(root) == 0 && mappings() == 0);
}

/* A server that cannot map this file, or none, is not asked again; one whose window makes no sense never. */
static void refuse(void)
{
    static const int errors[] = {-ENODEV, -ENOSYS, -EOPNOTSUPP};
    struct vnode *root, *file, *other;

    size_of_many = 100;
    for (unsigned i = 0; i < 3; i++) {
        root = mount_with_window();
        refuses = errors[i];
        assert(root->ops->lookup(root, "a", 1, &file) == 0);
        assert(root->ops->lookup(root, "f1", 2, &other) == 0);
        TAKES(3, (expect(file, 0, 10), 0));
        TAKES(1, (expect(file, 0, 10), 0));
        TAKES(i == 0 ? 3 : 2, (expect(other, 0, 10), 0));
        vnode_put(file);
        vnode_put(other);
        assert(fuse_fs.unmount(root) == 0 && fake_blocks == 0);
    }
    refuses = 0;
    for (map_alignment = 31; map_alignment <= 65535 - 8192; map_alignment += 8192) {
        root = mount_with_window();
        assert(root->ops->lookup(root, "a", 1, &file) == 0);
        TAKES(2, (expect(file, 0, 10), 0));
        assert(maps == 0);
        vnode_put(file);
        assert(fuse_fs.unmount(root) == 0);
    }
    map_alignment = 12;
    size_of_many = 0;
}

int main(void)
{
    struct vnode *root, *file;
    int honest;

    fake_window = (uintptr_t)window;
    fake_window_size = sizeof window;
    further = serve_window;
    map_alignment = 12;
    read_and_write();
    replace();
    map_meanwhile();
    refuse();
    do_much_at_once();

    /* Lies in each answer of a session; what the window shows is the host's business. */
    for (lie = TRUTH; lie < LIES; lie++) {
        honest = lie == TRUTH ? 1 : 60;
        for (lie_at = 0; lie_at < honest; lie_at++) {
            size_of_a = SIZE;
            memset(mapped, 0, sizeof mapped);
            ASAN_UNPOISON_MEMORY_REGION(window, sizeof window);
            session(false);
        }
    }
    lie = TRUTH;
    for (long i = 0;; i++) {
        fake_heap_fails_in = i;
        size_of_a = SIZE;
        memset(mapped, 0, sizeof mapped);
        session(false);
        if (fake_heap_fails_in >= 0)
            break;
    }
    fake_heap_fails_in = -1;

    /* It falls silent when something is to be mapped, and when it has been. */
    for (unsigned i = 0; i < 2; i++) {
        size_of_a = SIZE;
        root = mount_with_window();
        assert(root->ops->lookup(root, "a", 1, &file) == 0);
        if (i == 1)
            expect(file, 0, 1);
        fake_silent = true;
        fake_now += UINT64_C(1000000000);
        assert(file->ops->read(file, (char[10]){0}, 10, 0) == -EIO && fake_channel.gone);
        vnode_put(file);
        assert(fuse_fs.unmount(root) == 0 && fake_blocks == 0);
    }
    return 0;
}
