/* Archives of three kinds of tar, whole, cut at every byte, with each header damaged, and with little memory.
 */
// sources: ../../vfs/vfs.c ../../vfs/find.c ../../vfs/change.c ../../vfs/path.c
// sources: ../../ramfs/ramfs.c ../../ramfs/directory.c ../../ramfs/content.c
#define INITRD_INIT initrd_tar_init
#include "../../initrd-cpio/tests/initrd.h"

static unsigned char archive[40000];
static size_t length;

static void load(const char *name)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%.*sfuzz_initrd_tar.corpus/%s",
             (int)(strlen(__FILE__) - strlen("test_initrd_tar.c")), __FILE__, name);
    file = fopen(path, "rb");
    assert(file != NULL);
    length = fread(archive, 1, sizeof archive, file);
    assert(length > 1024 && length < sizeof archive);
    fclose(file);
}

static int unpacked(size_t size)
{
    fake_reset();
    assert(vfs_init() == 0);
    return unpack(archive, size);
}

static struct vnode *look(const char *path)
{
    struct vnode *found;

    assert(vfs_lookup(NULL, path, 0, &found) == 0);
    return found;
}

static void expect_content(const char *path, uint32_t type, const char *content)
{
    struct vnode *vnode = look(path);
    char buffer[300];
    long got = vnode->ops->read(vnode, buffer, sizeof buffer, 0);

    assert(vnode->type == type && got == (long)strlen(content) && memcmp(buffer, content, (size_t)got) == 0);
    vnode_put(vnode);
}

static void whole_archives_are_unpacked(void)
{
    static const char *const names[] = {"pax.tar", "gnu.tar", "ustar.tar"};
    char path[300] = "", target[300] = "";

    for (int i = 0; i < 3; i++) {
        struct vnode_attributes attributes;
        struct vnode *file, *other;

        load(names[i]);
        assert(unpacked(length) == 0);
        expect_content("/d/f", VNODE_FILE, "hello");
        expect_content("/s", VNODE_SYMLINK, "d/f");
        file = look("/d/f");
        other = look("/h");
        assert(file == other);
        file->ops->get(file, &attributes);
        assert(attributes.links == 2 && attributes.mode == 0100644 &&
               attributes.modification_time == 5000000000);
        vnode_put(file);
        vnode_put(other);
    }
    for (int i = 0; i < 60; i++)
        strcat(path, "/p");
    expect_content(strcat(path, "/x"), VNODE_FILE, "2"); /* of ustar: name and prefix */
    for (int i = 0; i < 2; i++) {
        load(names[i]);
        assert(unpacked(length) == 0);
        memset(path, 'n', 120);
        path[120] = '\0';
        expect_content(path, VNODE_FILE, "1");
        target[0] = '\0';
        for (int j = 0; j < 70; j++)
            strcat(target, "t/");
        expect_content("/l", VNODE_SYMLINK, target);
    }
}

static void cut_and_damaged_archives_are_refused(void)
{
    size_t end;

    load("pax.tar");
    for (end = length; end > 0 && archive[end - 1] == 0;)
        end--;
    end = (end + 511) / 512 * 512;
    assert(unpacked(end) == 0); /* the zeroes at the end may be missing */
    for (size_t size = 1; size < end; size++) {
        int error = unpacked(size);

        assert(error == 0 || error == -EINVAL);
        if (size % 512 != 0 && size < 1024 + 5) /* a directory's header, a file's, and its five bytes */
            assert(error == -EINVAL);
    }
    for (size_t at = 0; at < 512; at++) { /* the first header */
        if (at == 155)
            continue; /* behind the end of the checksum itself, which nothing protects */
        archive[at] ^= 1;
        assert(unpacked(length) == -EINVAL);
        assert(strstr(console_text, "damaged") != NULL);
        archive[at] ^= 1;
    }
    assert(unpack(NULL, 0) == -ENOENT);
    assert(strstr(console_text, "missing") != NULL);
}

/* Gives the first member another name, and the sum that goes with it. */
static void rename_first(const char *name)
{
    unsigned sum = 8 * ' ';

    memset(archive, 0, 100);
    strcpy((char *)archive, name);
    for (unsigned i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? 0 : archive[i];
    snprintf((char *)archive + 148, 8, "%06o", sum);
}

static void hostile_names_are_refused(void)
{
    static const char *const climbing[] = {"..", "../x", "a/../../x", "/..", "a/.."};

    load("ustar.tar");
    for (unsigned i = 0; i < sizeof climbing / sizeof *climbing; i++) {
        rename_first(climbing[i]);
        assert(unpacked(length) == -EINVAL);
        assert(strstr(console_text, "cannot make ") != NULL);
    }
    rename_first("./..x/"); /* an ordinary name */
    assert(unpacked(length) == 0);
}

static void short_memory_is_an_error(void)
{
    load("gnu.tar");
    for (long at = 2; at < 60; at++) {
        int error;

        fake_reset();
        assert(vfs_init() == 0);
        fake_fail(at);
        error = unpack(archive, length);
        assert(error == (fake_allocations > at ? error : 0) && error <= 0);
        assert(fake_allocations <= at || error == -ENOSPC || error == -ENOMEM);
    }
}

int main(void)
{
    whole_archives_are_unpacked();
    cut_and_damaged_archives_are_refused();
    hostile_names_are_refused();
    short_memory_is_an_error();
    fake_reset();
    return 0;
}
