/* Archives as they should be, and cut, damaged or hostile ones. */
// sources: ../../vfs/vfs.c ../../vfs/find.c ../../vfs/change.c ../../vfs/path.c
// sources: ../../ramfs/ramfs.c ../../ramfs/directory.c ../../ramfs/content.c
#define INITRD_INIT initrd_cpio_init
#include "initrd.h"

static char archive[100000];
static size_t length;

static void pad(void)
{
    while (length % 4 != 0)
        archive[length++] = '\0';
}

static void add(const char *name, unsigned mode, unsigned inode, unsigned links, const void *data,
                size_t size)
{
    length += (size_t)sprintf(archive + length, "070701%08X%08X%08X%08X%08X%08x%08X%08X%08X%08X%08X%08X%08X",
                              inode, mode, 0, 0, links, 1700000000, (unsigned)size, 0, 0, 0, 0,
                              (unsigned)strlen(name) + 1, 0);
    strcpy(archive + length, name);
    length += strlen(name) + 1;
    pad();
    memcpy(archive + length, data, size);
    length += size;
    pad();
}

static void end(void)
{
    add("TRAILER!!!", 0, 0, 1, "", 0);
}

static void start(void)
{
    length = 0;
    fake_reset();
    assert(vfs_init() == 0);
}

static struct vnode *look(const char *path)
{
    struct vnode *vnode;

    return vfs_lookup(NULL, path, 0, &vnode) == 0 ? vnode : NULL;
}

static void expect_file(const char *path, const char *text)
{
    char buffer[100];
    struct vnode *vnode = look(path);

    assert(vnode != NULL && vnode->type == VNODE_FILE);
    assert(vnode->ops->read(vnode, buffer, sizeof buffer, 0) == (long)strlen(text));
    assert(memcmp(buffer, text, strlen(text)) == 0);
    vnode_put(vnode);
}

static void expect_refused(size_t size, const char *text)
{
    /* In memory of its own size, so that a read behind the end is noticed. */
    char *exact = malloc(size);

    memcpy(exact, archive, size);
    assert(unpack(exact, size) < 0);
    if (strstr(console_text, text) == NULL) {
        fprintf(stderr, "'%s' does not say '%s'\n", console_text, text);
        abort();
    }
    free(exact);
}

static void fill_archive(void)
{
    add(".", 0040755, 1, 2, "", 0);
    add("etc", 0040750, 2, 2, "", 0);
    add("etc/motd", 0100640, 3, 1, "hello", 5);
    add("./etc/./empty", 0100600, 4, 1, "", 0);
    add("/bin", 0120777, 5, 1, "etc", 3);
    add("dev-console", 0020600, 6, 1, "", 0);
    add("one", 0100644, 7, 3, "", 0);
    add("two", 0100644, 7, 3, "", 0);
    add("etc/three", 0100644, 7, 3, "linked", 6);
    end();
}

static void a_tree_is_unpacked(void)
{
    struct vnode_attributes attributes;
    struct vnode *vnode;

    start();
    fill_archive();
    memcpy(archive + length, "more", 4); /* what lies behind the trailer does not matter */
    assert(unpack(archive, length + 4) == 0 && console_text[0] == '\0');
    expect_file("/etc/motd", "hello");
    expect_file("/bin/motd", "hello");
    expect_file("/etc/empty", "");
    expect_file("/one", "linked");
    expect_file("/two", "linked");
    expect_file("/etc/three", "linked");
    assert(look("/dev-console") == NULL);
    vnode = look("/one");
    vnode->ops->get(vnode, &attributes);
    assert(attributes.links == 3 && attributes.mode == 0100644 && attributes.allocated == 0);
    assert(attributes.modification_time == 1700000000000000000);
    vnode_put(vnode);
    vnode = look("/etc");
    vnode->ops->get(vnode, &attributes);
    assert(attributes.mode == 0040750);
    vnode_put(vnode);
}

static void writing_copies_one_page(void)
{
    static char large[10000], before[10000], after[10000];
    struct vnode_attributes attributes = {.size = 9000};
    struct vnode *vnode;

    start();
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (char)('a' + i % 23);
    add("large", 0100644, 1, 1, large, sizeof large);
    end();
    memcpy(before, archive, sizeof before);
    assert(unpack(archive, length) == 0);
    vnode = look("large");
    assert(vnode->ops->write(vnode, "XYZ", 3, 5000) == 3);
    assert(vnode->ops->read(vnode, after, sizeof after, 0) == sizeof after);
    memcpy(large + 5000, "XYZ", 3);
    assert(memcmp(after, large, sizeof after) == 0);
    vnode->ops->get(vnode, &attributes);
    assert(attributes.allocated == 4096);
    assert(memcmp(before, archive, sizeof before) == 0); /* the archive is only read */

    /* Cut in the middle of what was adopted and made longer again: zeroes, not the old content. */
    attributes.size = 9000;
    assert(vnode->ops->set(vnode, &attributes, VNODE_SET_SIZE) == 0);
    attributes.size = 10000;
    assert(vnode->ops->set(vnode, &attributes, VNODE_SET_SIZE) == 0);
    assert(vnode->ops->read(vnode, after, sizeof after, 0) == sizeof after);
    memset(large + 9000, 0, 1000);
    assert(memcmp(after, large, sizeof after) == 0);
    vnode_put(vnode);
}

static void no_initrd_is_said_so(void)
{
    start();
    assert(unpack(NULL, 0) == -ENOENT);
    assert(strcmp(console_text,
                  "initrd: missing; this image needs the initrd.cpio that was built with it\n") == 0);
}

static void a_cut_archive_is_refused(void)
{
    size_t whole;

    start();
    fill_archive();
    whole = length;
    for (size_t size = 0; size < whole - 4; size++) { /* the zeroes behind the trailer may be missing */
        start();
        expect_refused(size, "initrd: damaged or cut off");
    }
}

static void hostile_archives_are_refused(void)
{
    static const char *const climbing[] = {"../x", "a/../../x", "..", "/..", "a/.."};

    for (size_t i = 0; i < sizeof climbing / sizeof *climbing; i++) {
        start();
        add("a", 0040755, 1, 2, "", 0);
        add(climbing[i], 0100644, 2, 1, "x", 1);
        end();
        expect_refused(length, "cannot make ");
    }
    start();
    add("..x", 0100644, 2, 1, "x", 1); /* an ordinary name */
    end();
    assert(unpack(archive, length) == 0);

    start();
    add("missing/file", 0100644, 1, 1, "x", 1);
    end();
    expect_refused(length, "cannot make missing/file");

    start();
    add("link", 0120777, 1, 1, "", 0);
    end();
    expect_refused(length, "cannot make link");

    start();
    add("file", 0100644, 1, 1, "x", 1);
    end();
    memcpy(archive + 6 + 8 * 6, "FFFFFFFF", 8); /* size */
    expect_refused(length, "damaged");
    start();
    add("file", 0100644, 1, 1, "x", 1);
    end();
    memcpy(archive + 6 + 8 * 11, "FFFFFFFF", 8); /* length of the name */
    expect_refused(length, "damaged");
    memcpy(archive + 6 + 8 * 11, "00000000", 8);
    expect_refused(length, "damaged");
    memcpy(archive + 6 + 8 * 11, "00000003", 8); /* the NUL is not where it should be */
    expect_refused(length, "damaged");
    memcpy(archive + 6 + 8 * 11, "0000000g", 8);
    expect_refused(length, "damaged");
    archive[0] = '1';
    expect_refused(length, "damaged");
}

static void short_memory_is_an_error(void)
{
    for (long at = 0; at < 20; at++) {
        start();
        fill_archive();
        fake_fail(at);
        int error = unpack(archive, length);
        if (fake_allocations > at)
            assert(error == -ENOSPC || error == -ENOMEM);
        else
            assert(error == 0);
    }
}

int main(void)
{
    a_tree_is_unpacked();
    writing_copies_one_page();
    no_initrd_is_said_so();
    a_cut_archive_is_refused();
    hostile_archives_are_refused();
    short_memory_is_an_error();
    fake_reset();
    return 0;
}
