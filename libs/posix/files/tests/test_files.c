/* Particular cases: what the random comparison with the host does not reach, or reaches only by luck. */
// sources: ../../fd-table/fd_table.c ../../fd-table/transfer.c ../../fd-table/control.c
// sources: ../../fd-table/duplicate.c ../../fd-table/pieces.c
// sources: ../../fd-table/console_file.c ../../../abi/linux-layout-x86_64/linux_layout.c
// sources: ../../../fs/vfs/vfs.c ../../../fs/vfs/find.c ../../../fs/vfs/change.c
// sources: ../../../fs/vfs/access.c ../../../fs/vfs/path.c
// sources: ../../../fs/ramfs/ramfs.c ../../../fs/ramfs/directory.c ../../../fs/ramfs/content.c
#include "system_calls.h"

#include <dirent.h>
#include <sys/ioctl.h>

static long make_file(const char *path, const char *text)
{
    long fd = sys_open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

    assert(fd >= 0);
    EXPECT(sys_write(fd, text, (long)strlen(text)), (long)strlen(text));
    return fd;
}

static void expect_text(long fd, const char *text)
{
    char buffer[200] = "";

    EXPECT(sys_pread64(fd, buffer, sizeof buffer - 1, 0), (long)strlen(text));
    assert(strcmp(buffer, text) == 0);
}

static void the_console_is_open(void)
{
    struct winsize size;
    struct stat s;
    char buffer[20] = "", rest[20] = "";
    const struct iovec out[] = {{"a", 1}, {"", 0}, {"bc\n", 3}};
    const struct iovec in[] = {{buffer, 3}, {rest, sizeof rest}};

    EXPECT(sys_writev(1, out, 3), 4);
    EXPECT(sys_write(2, "err\n", 4), 4);
    assert(memcmp(console_text, "abc\nerr\n", 8) == 0);
    console_typed = "typed";
    EXPECT(sys_readv(0, in, 2), 3); /* what comes next could be long in coming */
    assert(strcmp(buffer, "typ") == 0 && rest[0] == '\0');
    EXPECT(sys_read(0, buffer, sizeof buffer), 2);
    EXPECT(sys_read(0, buffer, sizeof buffer), 0);
    EXPECT(sys_read(0, buffer, 0), 0);
    EXPECT(sys_ioctl(1, TIOCGWINSZ, &size), 0);
    EXPECT(sys_ioctl(1, 0x5401, &size), -ENOTTY);
    EXPECT(sys_fstat(1, &s), 0);
    assert(S_ISCHR(s.st_mode));
    EXPECT(sys_lseek(1, 0, SEEK_CUR), -ESPIPE);
    EXPECT(sys_pread64(0, buffer, 1, 0), -ESPIPE);
    EXPECT(sys_fsync(1), -EINVAL);
    EXPECT(sys_getdents64(0, buffer, sizeof buffer), -ENOTDIR);
    EXPECT(sys_openat(0, "x", O_RDONLY, 0), -ENOTDIR);
    EXPECT(file_content_read(0, buffer, 1, 0), -ENODEV);
}

static void a_file_without_a_name_lives_on(void)
{
    size_t before = fake_live;
    long fd = make_file("gone", "still here");
    struct stat s;

    EXPECT(sys_unlink("gone"), 0);
    EXPECT(sys_open("gone", O_RDONLY, 0), -ENOENT);
    expect_text(fd, "still here");
    EXPECT(sys_fstat(fd, &s), 0);
    assert(s.st_nlink == 0 && s.st_size == 10);
    EXPECT(sys_write(fd, "!", 1), 1);
    expect_text(fd, "still here!");
    EXPECT(sys_close(fd), 0);
    EXPECT(sys_close(fd), -EBADF);
    assert(fake_live == before);
}

static void a_replaced_file_lives_on(void)
{
    size_t before = fake_live;
    long old = make_file("target", "old"), new = make_file("source", "new");

    EXPECT(sys_rename("source", "target"), 0);
    expect_text(old, "old");
    EXPECT(sys_close(old), 0);
    EXPECT(sys_close(new), 0);
    new = sys_open("target", O_RDONLY, 0);
    expect_text(new, "new");
    EXPECT(sys_close(new), 0);
    EXPECT(sys_unlink("target"), 0);
    assert(fake_live == before);
}

static void a_removed_directory_lives_on_empty(void)
{
    char path[100];
    struct stat s;
    size_t before = fake_live;

    EXPECT(sys_mkdir("d", 0755), 0);
    long fd = sys_open("d", O_RDONLY | O_DIRECTORY, 0);
    EXPECT(sys_chdir("d"), 0);
    EXPECT(sys_rmdir("../d"), 0);
    EXPECT(sys_stat(".", &s), 0);
    EXPECT(sys_open("new", O_CREAT | O_RDWR, 0644), -ENOENT);
    EXPECT(sys_mkdir("new", 0755), -ENOENT);
    EXPECT(sys_getcwd(path, sizeof path), -ENOENT);
    EXPECT(sys_open("..", O_RDONLY, 0), -ENOENT);
    EXPECT(sys_chdir("/"), 0);
    EXPECT(sys_openat(fd, "new", O_CREAT | O_RDWR, 0644), -ENOENT);
    EXPECT(sys_close(fd), 0);
    assert(fake_live == before);
}

static void appending_goes_to_the_end(void)
{
    long a = make_file("log", "one "), b = sys_open("log", O_WRONLY | O_APPEND, 0);

    EXPECT(sys_write(b, "two ", 4), 4);
    EXPECT(sys_write(a, "three ", 6), 6); /* at its own position: over "two " */
    EXPECT(sys_write(b, "four", 4), 4);
    expect_text(a, "one three four");
    EXPECT(sys_fcntl(b, F_SETFL, 0), 0);
    EXPECT(sys_fcntl(b, F_GETFL, 0), O_WRONLY);
    EXPECT(sys_pwrite64(b, "O", 1, 0), 1);
    expect_text(a, "One three four");
    EXPECT(sys_close(a), 0);
    EXPECT(sys_close(b), 0);
    EXPECT(sys_unlink("log"), 0);
}

static void copies_share_their_position(void)
{
    long fd = make_file("shared", "0123456789"), copy = sys_dup(fd), second = sys_open("shared", O_RDONLY, 0);
    char c;

    EXPECT(sys_lseek(fd, 3, SEEK_SET), 3);
    EXPECT(sys_read(copy, &c, 1), 1);
    assert(c == '3');
    EXPECT(sys_read(second, &c, 1), 1);
    assert(c == '0');
    EXPECT(sys_dup2(second, copy), copy);
    EXPECT(sys_lseek(copy, 0, SEEK_CUR), 1);
    EXPECT(sys_dup2(copy, copy), copy);
    EXPECT(sys_dup3(copy, copy, 0), -EINVAL);
    EXPECT(sys_dup2(copy, 1024), -EBADF);
    EXPECT(sys_dup3(fd, 40, O_CLOEXEC), 40);
    EXPECT(sys_fcntl(40, F_GETFD, 0), FD_CLOEXEC);
    EXPECT(sys_fcntl(fd, F_GETFD, 0), 0);
    EXPECT(sys_fcntl(fd, F_DUPFD, 41), 41);
    for (long i = 0; i < 5; i++)
        EXPECT(sys_close((long[]){fd, copy, second, 40, 41}[i]), 0);
    EXPECT(sys_unlink("shared"), 0);
}

static void descriptors_end_at_the_limit(void)
{
    struct stat s;
    long fd, last = 2;

    while ((fd = sys_dup(1)) >= 0) {
        EXPECT(fd, last + 1);
        last = fd;
    }
    EXPECT(fd, -EMFILE);
    EXPECT(last, 1023);
    EXPECT(sys_open("not-made", O_CREAT | O_RDWR, 0644), -EMFILE);
    EXPECT(sys_stat("not-made", &s), -ENOENT);
    EXPECT(sys_close(500), 0);
    EXPECT(sys_dup(1), 500);
    while (last > 2)
        EXPECT(sys_close(last--), 0);
}

static void holes_read_as_zeroes(void)
{
    long fd = sys_open("sparse", O_RDWR | O_CREAT, 0644);
    size_t before = fake_live;
    char buffer[10000];
    struct stat s;

    EXPECT(sys_pwrite64(fd, "far", 3, (long)1 << 50), 3);
    EXPECT(sys_pwrite64(fd, "near", 4, 4090), 4);
    EXPECT(sys_fstat(fd, &s), 0);
    assert(s.st_size == ((long)1 << 50) + 3 && s.st_blocks == 2 * 8);
    assert(fake_live < before + 16);
    memset(buffer, 1, sizeof buffer);
    EXPECT(sys_pread64(fd, buffer, sizeof buffer, 0), sizeof buffer);
    for (size_t i = 0; i < sizeof buffer; i++)
        assert(buffer[i] == (i >= 4090 && i < 4094 ? "near"[i - 4090] : 0));
    EXPECT(sys_pread64(fd, buffer, 10, ((long)1 << 50) - 1), 4);
    assert(memcmp(buffer, "\0far", 4) == 0);
    EXPECT(sys_ftruncate(fd, 4092), 0);
    EXPECT(sys_ftruncate(fd, 5000), 0);
    EXPECT(sys_pread64(fd, buffer, 10, 4090), 10);
    assert(memcmp(buffer, "ne\0\0\0\0\0\0\0\0", 10) == 0);
    EXPECT(sys_ftruncate(fd, 0), 0);
    assert(fake_live == before);
    EXPECT(sys_pwrite64(fd, "x", 1, INT64_MAX), -EFBIG);
    EXPECT(sys_ftruncate(fd, INT64_MAX), 0);
    EXPECT(sys_lseek(fd, 1, SEEK_END), -EOVERFLOW);
    EXPECT(sys_close(fd), 0);
    EXPECT(sys_unlink("sparse"), 0);
}

static void a_stream_of_names_stands_still(void)
{
    enum { COUNT = 300 };
    char name[280];
    unsigned char buffer[200];
    int seen[COUNT] = {0}, own = 0;
    long n, fd;

    EXPECT(sys_mkdir("many", 0755), 0);
    for (int i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "many/%d", i);
        EXPECT(sys_close(make_file(name, "")), 0);
    }
    fd = sys_open("many", O_RDONLY, 0);
    EXPECT(sys_getdents64(fd, buffer, 10), -EINVAL);
    while ((n = sys_getdents64(fd, buffer, sizeof buffer)) > 0) {
        for (long at = 0; at < n;) {
            struct dirent *entry = (void *)(buffer + at);
            at += entry->d_reclen;
            if (entry->d_name[0] == '.') {
                own++;
                continue;
            }
            seen[atoi(entry->d_name)]++;
            /* Remove what has been seen, one that may be ahead, and add some: the classic trap of rm -r. */
            snprintf(name, sizeof name, "many/%s", entry->d_name);
            EXPECT(sys_unlink(name), 0);
            if (atoi(entry->d_name) % 3 == 0) {
                snprintf(name, sizeof name, "many/%d", atoi(entry->d_name) + 100);
                if (atoi(entry->d_name) < 100 && !seen[atoi(entry->d_name) + 100]) {
                    EXPECT(sys_unlink(name), 0);
                    seen[atoi(entry->d_name) + 100] = 1;
                }
            }
        }
    }
    EXPECT(n, 0);
    assert(own == 2);
    for (int i = 0; i < COUNT; i++)
        assert(seen[i] == 1);
    EXPECT(sys_lseek(fd, 0, SEEK_SET), 0);
    EXPECT(sys_getdents64(fd, buffer, sizeof buffer), 48);
    EXPECT(sys_read(fd, buffer, 1), -EISDIR);
    EXPECT(sys_close(fd), 0);
    EXPECT(sys_rmdir("many"), 0);
}

static void paths_have_limits(void)
{
    char name[300], path[5000] = "";
    struct stat s;

    memset(name, 'n', sizeof name);
    name[255] = '\0';
    EXPECT(sys_mkdir(name, 0755), 0);
    EXPECT(sys_rmdir(name), 0);
    name[255] = 'n';
    name[256] = '\0';
    EXPECT(sys_mkdir(name, 0755), -ENAMETOOLONG);
    while (strlen(path) < 4094)
        strcat(path, "./");
    strcat(path, "/"); /* 4095 bytes, and the NUL */
    EXPECT(sys_stat(path, &s), 0);
    strcat(path, ".");
    EXPECT(sys_stat(path, &s), -ENAMETOOLONG);
    path[4096] = '\0';
    EXPECT(sys_symlink(path, "long"), -ENAMETOOLONG);
    path[4095] = '\0';
    EXPECT(sys_symlink(path, "long"), 0);
    EXPECT(sys_stat("long", &s), 0);
    EXPECT(sys_stat("long/x", &s), -ENAMETOOLONG);
    EXPECT(sys_unlink("long"), 0);
    EXPECT(sys_symlink("", "empty"), -ENOENT);
    EXPECT(sys_stat(NULL, &s), -EFAULT);

    EXPECT(sys_symlink("chain0", "chain40"), 0);
    for (int i = 39; i > 0; i--) {
        snprintf(name, sizeof name, "chain%d", i);
        snprintf(path, sizeof path, "chain%d", i + 1);
        EXPECT(sys_symlink(path, name), 0);
    }
    EXPECT(sys_symlink("/", "chain0"), 0);
    EXPECT(sys_stat("chain2", &s), 0);
    EXPECT(sys_stat("chain1", &s), -ELOOP);
    for (int i = 0; i <= 40; i++) {
        snprintf(name, sizeof name, "chain%d", i);
        EXPECT(sys_unlink(name), 0);
    }
}

/* A file that is held outlives its descriptor and its name. */
static void test_held_content(void)
{
    struct file_content *held, *same;
    char text[8];
    bool writable;
    long fd = make_file("/held", "hello"), other = sys_open("/held", O_RDONLY, 0);

    EXPECT(file_content_hold((int)fd, &held, &writable), 0);
    assert(writable);
    EXPECT(file_content_hold((int)other, &same, &writable), 0);
    assert(same == held && !writable);
    file_content_release(same);
    EXPECT(sys_close(other), 0);
    other = sys_open("/held", O_RDWR | O_APPEND, 0);
    EXPECT(file_content_hold((int)other, &same, &writable), 0);
    assert(!writable); /* it can only be appended to */
    file_content_release(same);
    EXPECT(sys_close(other), 0);
    other = sys_open("/held", O_WRONLY, 0);
    EXPECT(file_content_hold((int)other, &same, &writable), -EACCES);
    EXPECT(sys_close(other), 0);
    EXPECT(file_content_hold((int)other, &same, &writable), -EBADF);
    EXPECT(file_content_hold(0, &same, &writable), -ENODEV);
    EXPECT(sys_close(fd), 0);
    EXPECT(sys_unlink("/held"), 0);
    EXPECT(file_content_write_at(held, "p!", 2, 3), 2);
    EXPECT(file_content_size(held), 5);
    EXPECT(file_content_read_at(held, text, sizeof text, 1), 4);
    assert(memcmp(text, "elp!", 4) == 0);
    file_content_release(held);
}

static void absolute_links_begin_at_the_root(void)
{
    char text[100];
    long fd;

    EXPECT(sys_mkdir("/etc", 0755), 0);
    EXPECT(sys_close(make_file("/etc/motd", "hello")), 0);
    EXPECT(sys_mkdir("/sub", 0755), 0);
    EXPECT(sys_symlink("/etc", "/sub/link"), 0);
    EXPECT(sys_chdir("/sub"), 0);
    fd = sys_open("link/../etc/motd", O_RDONLY, 0);
    expect_text(fd, "hello");
    EXPECT(file_content_read((int)fd, text, 3, 2), 3);
    assert(memcmp(text, "llo", 3) == 0);
    EXPECT(sys_close(fd), 0);
    EXPECT(file_content_read((int)fd, text, 3, 2), -EBADF);
    test_held_content();
    EXPECT(sys_chdir("link"), 0);
    EXPECT(sys_getcwd(text, sizeof text), 5);
    assert(strcmp(text, "/etc") == 0);
    EXPECT(sys_getcwd(text, 4), -ERANGE);
    EXPECT(sys_chdir("/../.."), 0);
    EXPECT(sys_getcwd(text, sizeof text), 2);
    EXPECT(sys_unlink("/sub/link"), 0);
    EXPECT(sys_rmdir("/sub"), 0);
    EXPECT(sys_unlink("/etc/motd"), 0);
    EXPECT(sys_rmdir("/etc"), 0);
    EXPECT(sys_rmdir("/"), -EBUSY);
    EXPECT(sys_rmdir("/."), -EINVAL);
    EXPECT(sys_rename("/", "/x"), -EBUSY);
}

static void attributes_are_kept(void)
{
    const struct timespec times[] = {{1000000000, 5}, {.tv_nsec = 0x3ffffffe}}, wrong[] = {{0, -1}, {0, 0}};
    long fd = make_file("script", "#!");
    struct stat s;

    EXPECT(sys_access("script", X_OK), -EACCES);
    EXPECT(sys_chmod("script", 04755), 0);
    EXPECT(sys_access("script", X_OK | R_OK), 0);
    EXPECT(sys_access("nothing", F_OK), -ENOENT);
    EXPECT(sys_utimensat(AT_FDCWD, "script", times, 0), 0);
    EXPECT(sys_utimensat(fd, NULL, wrong, 0), -EINVAL);
    EXPECT(sys_newfstatat(fd, "", &s, 0x1000), 0);
    assert(s.st_mode == (S_IFREG | 04755) && s.st_atim.tv_sec == 1000000000 && s.st_atim.tv_nsec == 5);
    EXPECT(sys_umask(077), 022);
    EXPECT(sys_mkdir("private", 0777), 0);
    EXPECT(sys_stat("private", &s), 0);
    assert(s.st_mode == (S_IFDIR | 0700) && s.st_nlink == 2);
    EXPECT(sys_umask(022), 077);
    EXPECT(sys_truncate("private", 0), -EISDIR);
    EXPECT(sys_rmdir("private"), 0);
    EXPECT(sys_unlink("script"), 0);
    EXPECT(sys_close(fd), 0);
    fd = sys_open("read-only", O_RDONLY | O_CREAT, 0444);
    EXPECT(sys_write(fd, "x", 1), -EBADF);
    EXPECT(sys_ftruncate(fd, 1), -EINVAL);
    EXPECT(sys_close(fd), 0);
    EXPECT(sys_unlink("read-only"), 0);
}

static void a_full_memory_loses_nothing(void)
{
    static char block[64 * 1024], check[64 * 1024];
    long fd = make_file("big", ""), sum = 0, n;

    fake_pages_left = 100;
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = (char)(i * 31 >> 3);
    while ((n = sys_write(fd, block, sizeof block)) == sizeof block)
        sum += n;
    assert(n > 0); /* the last block went in in part */
    sum += n;
    EXPECT(sys_write(fd, block, sizeof block), -ENOSPC);
    EXPECT(sum, 99 * 4096); /* and one page of pointers */
    for (long at = 0; at < sum; at += n) {
        n = sys_pread64(fd, check, sizeof check, at);
        assert(n > 0 && memcmp(check, block, (size_t)n) == 0);
    }
    EXPECT(sys_ftruncate(fd, 4096), 0);
    EXPECT(sys_pwrite64(fd, block, 10, 4096), 10);
    EXPECT(sys_close(fd), 0);
    EXPECT(sys_unlink("big"), 0);
    EXPECT(fake_pages_left, 100);
    fake_pages_left = -1;
}

int main(void)
{
    assert(vfs_init() == 0);
    descriptors_end_at_the_limit(); /* first: from here on the table has all its memory */
    the_console_is_open();
    a_file_without_a_name_lives_on();
    a_replaced_file_lives_on();
    a_removed_directory_lives_on_empty();
    appending_goes_to_the_end();
    copies_share_their_position();
    holes_read_as_zeroes();
    a_stream_of_names_stands_still();
    paths_have_limits();
    absolute_links_begin_at_the_root();
    attributes_are_kept();
    a_full_memory_loses_nothing();
    fake_reset();
    return 0;
}
