/*
 * Every allocation of a scenario fails once: each call then either works or says that memory or space is
 * short, what is there stays as it was, and in the end all memory comes back.
 */
// sources: ../../fd-table/fd_table.c ../../fd-table/transfer.c ../../fd-table/control.c
// sources: ../../fd-table/duplicate.c ../../fd-table/pieces.c
// sources: ../../fd-table/console_file.c ../../../abi/linux-layout-x86_64/linux_layout.c
// sources: ../../../fs/vfs/vfs.c ../../../fs/vfs/find.c ../../../fs/vfs/change.c
// sources: ../../../fs/vfs/access.c ../../../fs/vfs/path.c
// sources: ../../../fs/ramfs/ramfs.c ../../../fs/ramfs/directory.c ../../../fs/ramfs/content.c
#include "system_calls.h"

static long failures; /* calls that failed */

/* Passes on what a call returned; the only errors are those of missing memory. */
static bool worked(long result)
{
    if (result >= 0)
        return true;
    assert(result == -ENOMEM || result == -ENOSPC);
    failures++;
    return false;
}

static bool exists(const char *path)
{
    struct stat s;
    long result = sys_lstat(path, &s);

    assert(result == 0 || result == -ENOENT);
    return result == 0;
}

static void expect_content(const char *path, const char *text)
{
    char buffer[100];
    long fail_at = fake_fail_at;

    fake_fail_at = -1; /* looking is not part of the scenario */
    long fd = sys_open(path, O_RDONLY, 0);
    fake_fail_at = fail_at;

    assert(fd >= 0);
    EXPECT(sys_read(fd, buffer, sizeof buffer), (long)strlen(text));
    assert(memcmp(buffer, text, strlen(text)) == 0);
    EXPECT(sys_close(fd), 0);
}

static void scenario(void)
{
    static char block[3 * 4096];
    struct stat s;
    long fd, written;
    bool made, renamed, linked;

    /* A file that is renamed over another is under one name or the other, whole. */
    fd = sys_open("a", O_RDWR | O_CREAT, 0644);
    if (!worked(fd)) {
        assert(!exists("a"));
        return;
    }
    made = worked(written = sys_write(fd, "content", 7));
    assert(!made || written == 7);
    renamed = worked(sys_rename("a", "b"));
    assert(exists("a") != renamed && exists("b") == renamed);
    linked = worked(sys_link(renamed ? "b" : "a", "c"));
    assert(exists("c") == linked);
    if (linked) {
        worked(sys_rename("c", renamed ? "b" : "a")); /* the same file: nothing happens */
        assert(exists("c"));
    }
    worked(sys_symlink("nowhere", "l"));
    if (worked(sys_mkdir("d", 0755))) {
        for (int i = 0; i < 20; i++) { /* enough for hashed lists */
            char name[20];
            snprintf(name, sizeof name, "d/%d", i);
            bool there = worked(sys_mkdir(name, 0755));
            assert(exists(name) == there);
        }
        assert(exists("d"));
    }

    /* A write that fails in the middle has written its beginning. */
    memset(block, 'y', sizeof block);
    written = sys_pwrite64(fd, block, sizeof block, 4096L * 600);
    assert(worked(written) || written == -ENOSPC);
    EXPECT(sys_fstat(fd, &s), 0);
    assert(s.st_size == (written > 0 ? 4096L * 600 + written : made ? 7 : 0));
    if (written > 0) {
        char check[sizeof block];
        EXPECT(sys_pread64(fd, check, sizeof check, 4096L * 600), written);
        assert(memcmp(check, block, (size_t)written) == 0);
    }
    EXPECT(sys_ftruncate(fd, made ? 7 : 0), 0);
    expect_content(renamed ? "b" : "a", made ? "content" : "");

    EXPECT(sys_close(fd), 0);
    if (exists("l")) {
        long result = sys_stat("l", &s);
        assert(result == -ENOENT || result == -ENOMEM);
    }
}

static void remove_all(void)
{
    char name[20];

    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "d/%d", i);
        sys_rmdir(name);
    }
    sys_rmdir("d");
    for (const char *file = "abcl"; *file != '\0'; file++)
        sys_unlink((char[]){*file, '\0'});
}

/* The table has room for 16; when it cannot grow, those that are open stay open. */
static void the_table_cannot_grow(void)
{
    fake_fail(0);
    for (long fd = 3; fd < 16; fd++)
        EXPECT(sys_dup(1), fd);
    EXPECT(sys_dup(1), -ENOMEM);
    fake_fail(0);
    EXPECT(sys_dup2(1, 100), -ENOMEM);
    for (long fd = 3; fd < 16; fd++)
        EXPECT(sys_close(fd), 0);
}

int main(void)
{
    size_t before;
    long at = 0;

    fake_fail(0);
    EXPECT(vfs_init(), -ENOMEM);
    fake_fail(-1);
    assert(vfs_init() == 0);
    the_table_cannot_grow();
    before = fake_live;
    do {
        failures = 0;
        fake_fail(at);
        scenario();
        if (fake_allocations > at) /* hashed lists may fail without anybody noticing */
            assert(failures <= 1 || at == 0);
        else
            assert(failures == 0);
        at = fake_allocations > at ? at + 1 : -1;
        fake_fail(-1);
        remove_all();
        assert(fake_live == before);
    } while (at >= 0);
    fake_reset();
    return 0;
}
