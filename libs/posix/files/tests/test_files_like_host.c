/*
 * The same random calls to our file system and to the host's: the results, the errors, and in the end the
 * trees must be the same.
 *
 * Both work below a chain of directories so long that no ".." of a path or a link leads out of it. What
 * differs by nature is left out: permissions, times, the link counts and sizes of directories.
 */
// sources: ../../fd-table/fd_table.c ../../fd-table/transfer.c ../../fd-table/control.c
// sources: ../../fd-table/duplicate.c ../../fd-table/pieces.c
// sources: ../../fd-table/console_file.c ../../../abi/linux-layout-x86_64/linux_layout.c
// sources: ../../../fs/vfs/vfs.c ../../../fs/vfs/find.c ../../../fs/vfs/change.c
// sources: ../../../fs/vfs/access.c ../../../fs/vfs/path.c
// sources: ../../../fs/ramfs/ramfs.c ../../../fs/ramfs/directory.c ../../../fs/ramfs/content.c
#include "two_trees.h"

#include <linux/falloc.h>
#include <linux/fs.h>
#include <sys/syscall.h>

long sys_fallocate(long fd, long mode, long offset, long size);
long sys_renameat2(long old_directory, const char *old_path, long new_directory, const char *new_path,
                   long flags);

#ifndef SETTLE
#define SETTLE() ((void)0)
#endif
#ifndef SEEDS
#define SEEDS 30
#endif

static void random_step(void)
{
    char path[200], other[200], text[200], host_text[200];
    struct stat our, theirs;
    unsigned slot = pick(FILES);
    long size = pick(3) == 0 ? pick(200000) : pick(10000), a, b;

    random_path(path);
    random_path(other);
    switch (pick(28)) {
    case 0:
    case 1:
    case 2:
        open_slot(slot, path);
        break;
    case 3:
        close_slot(slot);
        break;
    case 4:
    case 5:
    case 6:
    case 7:
        if (files[slot].host >= 0)
            move_bytes(slot, pick(4));
        break;
    case 8:
        if (files[slot].host < 0)
            break;
        tell("lseek(%u, %ld)", slot, size - 5000);
        b = fstat(files[slot].host, &theirs);
        if (b != 0 || S_ISDIR(theirs.st_mode))
            break;
        a = pick(3);
        same(8, sys_lseek(files[slot].ours, size - 5000, a),
             host_result(lseek(files[slot].host, size - 5000, (int)a)));
        break;
    case 9:
        if (files[slot].host < 0)
            break;
        tell("ftruncate(%u, %ld)", slot, size);
        same(9, sys_ftruncate(files[slot].ours, size), host_result(ftruncate(files[slot].host, size)));
        break;
    case 10:
        tell("truncate(\"%s\", %ld)", path, size);
        same(10, sys_truncate(path, size), host_result(truncate(path, size)));
        break;
    case 11:
    case 12:
        tell("mkdir(\"%s\")", path);
        same(11, sys_mkdir(path, 0777), host_result(mkdir(path, 0777)));
        break;
    case 13:
        tell("rmdir(\"%s\")", path);
        same(12, sys_rmdir(path), host_result(rmdir(path)));
        break;
    case 14:
        tell("unlink(\"%s\")", path);
        same(13, sys_unlink(path), host_result(unlink(path)));
        break;
    case 15:
    case 16:
    case 17:
        tell("rename(\"%s\", \"%s\")", path, other);
        switch (pick(4)) {
        case 0:
            tell("exchange \"%s\" and \"%s\"", path, other);
            same(24, sys_renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE),
                 host_result(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_EXCHANGE)));
            break;
        case 1:
            tell("rename \"%s\" to \"%s\" if that is free", path, other);
            same(25, sys_renameat2(AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE),
                 host_result(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_NOREPLACE)));
            break;
        default:
            same(14, sys_rename(path, other), host_result(rename(path, other)));
        }
        break;
    case 18:
        tell("link(\"%s\", \"%s\")", path, other);
        same(15, sys_link(path, other), host_result(link(path, other)));
        break;
    case 19:
        /* At most one "..", so that 40 links lead up by no more than 40. */
        snprintf(text, sizeof text, "%s%s%s", pick(3) == 0 ? "../" : "", (char[]){(char)('a' + pick(5)), 0},
                 pick(4) == 0   ? "/b"
                 : pick(6) == 0 ? "/"
                                : "");
        tell("symlink(\"%s\", \"%s\")", text, path);
        same(16, sys_symlink(text, path), host_result(symlink(text, path)));
        break;
    case 20:
        tell("readlink(\"%s\")", path);
        size = 1 + pick(20);
        memset(text, 0, sizeof text);
        memset(host_text, 0, sizeof host_text);
        same(17, sys_readlink(path, text, size), host_result(readlink(path, host_text, (size_t)size)));
        if (strcmp(text, host_text) != 0)
            fail(-1, -2);
        break;
    case 21:
        tell("stat(\"%s\")", path);
        a = sys_stat(path, &our);
        same_stat(18, a, &our, host_result(stat(path, &theirs)), &theirs);
        break;
    case 22:
        tell("lstat(\"%s\")", path);
        a = sys_lstat(path, &our);
        same_stat(19, a, &our, host_result(lstat(path, &theirs)), &theirs);
        break;
    case 23:
        if (files[slot].host < 0)
            break;
        tell("fstat(%u)", slot);
        a = sys_fstat(files[slot].ours, &our);
        same_stat(20, a, &our, host_result(fstat(files[slot].host, &theirs)), &theirs);
        break;
    case 24:
        compare_listing(path[0] != '\0' ? path : ".");
        break;
    case 25:
        if (files[slot].host < 0)
            break;
        a = pick(5000);
        b = pick(2) == 0 ? FALLOC_FL_KEEP_SIZE : 0;
        if (pick(2) == 0)
            b = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
        tell("fallocate(%u, %ld, %ld, %ld)", slot, b, a, size);
        same(26, sys_fallocate(files[slot].ours, b, a, size),
             host_result(syscall(SYS_fallocate, files[slot].host, (int)b, a, size)));
        break;
    case 26:
        if (files[slot].host < 0)
            break;
        tell("fsync(%u)", slot);
        same(27, sys_fsync(files[slot].ours), host_result(fsync(files[slot].host)));
        break;
    default:
        tell("chdir(\"%s\")", path);
        same(21, sys_chdir(path), host_result(chdir(path)));
        compare_working_directory();
        if (pick(4) == 0)
            go_home();
    }
}

static void run(uint64_t seed, unsigned long steps)
{
    state = seed;
    for (unsigned i = 0; i < FILES; i++)
        files[i].host = -1;
    go_home();
    for (step = 0; step < steps; step++) {
        char here[4096];
        random_step();
        if (getcwd(here, sizeof here) == NULL) { /* removed */
            tell("getcwd");
            same(7, sys_getcwd(here, sizeof here), -errno);
            go_home();
        }
    }
    for (unsigned i = 0; i < FILES; i++)
        close_slot(i);
    go_home();
    for (int i = 0; i < DEPTH; i++) { /* ".." has led to the directories above */
        compare_and_remove();
        same(21, sys_chdir(".."), host_result(chdir("..")));
    }
    go_home();
    SETTLE();
}

int main(int argc, char **argv)
{
    char top[] = "/dev/shm/files-XXXXXX", local[] = "files-XXXXXX";
    const char *folder = mkdtemp(top);
    size_t before;

    if (folder == NULL)
        folder = mkdtemp(local);
    assert(folder != NULL && chdir(folder) == 0);
    int host_top = open(".", O_RDONLY);
    umask(0);
    sys_umask(0);
    assert(vfs_init() == 0);
    for (int i = 0; i < DEPTH; i++) {
        EXPECT(sys_mkdir("x", 0777), 0);
        EXPECT(sys_chdir("x"), 0);
        assert(mkdir("x", 0777) == 0 && chdir("x") == 0);
    }
    host_base = open(".", O_RDONLY);
    our_base = sys_open(".", O_RDONLY, 0);
    EXPECT(sys_close(sys_open("first", O_CREAT | O_RDWR, 0600)), 0); /* what is allocated once, is */
    EXPECT(sys_unlink("first"), 0);
    SETTLE();
    before = fake_live;
    for (uint64_t seed = 1; seed <= (argc > 1 ? strtoull(argv[1], NULL, 10) : SEEDS); seed++) {
        run(seed, 2500);
        assert(fake_live == before); /* every node, name and page is gone again */
    }
    for (unsigned kind = 0; kind < 28; kind++) {
        /* A test that only ever compares errors compares nothing. */
        if (succeeded[kind] <= 20) {
            fprintf(stderr, "kind %u: only %lu of %lu succeeded\n", kind, succeeded[kind], compared[kind]);
            abort();
        }
    }

    assert(fchdir(host_top) == 0);
    for (int depth = DEPTH; depth > 0; depth--) {
        char path[2 * DEPTH + 1] = "";
        for (int i = 0; i < depth; i++)
            strcat(path, i == 0 ? "x" : "/x");
        assert(rmdir(path) == 0);
    }
    assert(chdir("..") == 0 && rmdir(folder) == 0);
    fake_reset();
    return 0;
}
