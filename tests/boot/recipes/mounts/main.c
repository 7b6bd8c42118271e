/* Each line shows what a call returned or what was found; the test knows the lines. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

static void show(const char *what, int result)
{
    printf("%s: %s\n", what, result < 0 ? strerror(errno) : "ok");
}

static unsigned long device(const char *path)
{
    struct stat stat = {0};

    return lstat(path, &stat) == 0 ? stat.st_dev : 0;
}

static void put(const char *path, const char *text)
{
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        printf("%s: %s\n", path, strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void crossing(void)
{
    char text[200];

    printf("devices differ: %d %d\n", device("/") != device("/data"),
           device("/data") != device("/data/inner"));
    printf("up again: %d %d\n", device("/data/inner/..") == device("/data"),
           device("/data/inner/../..") == device("/"));
    mkdir("/data/inner/sub", 0755);
    show("chdir", chdir("/data/inner/sub"));
    printf("%s\n", getcwd(text, sizeof(text)));
    put("../../plain", "x");
    show("plain", access("/data/plain", F_OK));
    symlink("/data/plain", "link");
    show("through a link", access("link", F_OK));
    chdir("/");
}

static void between(void)
{
    put("/data/file", "content");
    show("rename across", rename("/data/file", "/data/inner/file"));
    show("link across", link("/data/file", "/file"));
    show("remove a mount point", rmdir("/data/inner"));
    show("rename a mount point", rename("/data/inner", "/data/other"));
    show("rename within", rename("/data/file", "/data/sub"));
}

static void read_only(void)
{
    struct statvfs values;

    show("create", open("/fixed/file", O_CREAT | O_WRONLY, 0644));
    show("mkdir", mkdir("/fixed/sub", 0755));
    show("may read", access("/fixed", R_OK | X_OK));
    show("may write", access("/fixed", W_OK));
    show("may write there", access("/data", W_OK));
    show("chmod", chmod("/fixed", 0700));
    statvfs("/fixed", &values);
    printf("read only: %d\n", (values.f_flag & ST_RDONLY) != 0);
    show("remount", mount(NULL, "/fixed", NULL, MS_REMOUNT, NULL));
    show("mkdir", mkdir("/fixed/sub", 0755));
}

static void by_calls(void)
{
    int fd;

    mkdir("/mnt", 0755);
    put("/mnt/below", "hidden");
    show("unknown kind", mount("x", "/mnt", "nosuch", 0, NULL));
    show("mount", mount("none", "/mnt", "tmpfs", 0, NULL));
    show("hidden", access("/mnt/below", F_OK));
    mkdir("/mnt/a", 0755);
    mkdir("/mnt/a/b", 0755);
    put("/mnt/a/b/c", "content");
    link("/mnt/a/b/c", "/mnt/c");
    put("/mnt/d", "content");
    fd = open("/mnt/a/b/c", O_RDONLY);
    show("busy", umount("/mnt"));
    close(fd);
    show("umount", umount("/mnt"));
    show("there again", access("/mnt/below", F_OK));
    show("not mounted", umount("/mnt"));
    show("the root", umount("/"));
    show("one above another", mount("none", "/mnt", "tmpfs", 0, NULL));
    show("one above another", mount("none", "/mnt", "tmpfs", 0, NULL));
    put("/mnt/top", "content");
    fd = open("/mnt/top", O_RDONLY);
    show("lazily", umount2("/mnt", MNT_DETACH));
    show("gone", access("/mnt/top", F_OK));
    show("umount", umount("/mnt"));
    close(fd);
    for (int i = 0; i < 1000; i++) {
        if (mount("none", "/mnt", "tmpfs", 0, NULL) != 0 || mkdir("/mnt/sub", 0755) != 0)
            break;
        put("/mnt/sub/file", "content");
        if (umount("/mnt") != 0)
            break;
    }
    show("a thousand times", access("/mnt/below", F_OK));
}

static void nameless(void)
{
    int fd = open("/data", O_TMPFILE | O_RDWR, 0600);
    struct stat stat;

    show("nameless", fd);
    write(fd, "text", 4);
    fstat(fd, &stat);
    printf("links %d, size %d\n", (int)stat.st_nlink, (int)stat.st_size);
    show("named", linkat(fd, "", AT_FDCWD, "/data/named", AT_EMPTY_PATH));
    close(fd);
    lstat("/data/named", &stat);
    printf("links %d, size %d\n", (int)stat.st_nlink, (int)stat.st_size);
}

/* In pieces, as some readers do. */
static void cat(const char *path)
{
    char text[7];
    int fd = open(path, O_RDONLY);
    ssize_t n;

    while ((n = read(fd, text, sizeof(text))) > 0)
        fwrite(text, 1, (size_t)n, stdout);
    if (n < 0)
        show(path, -1);
    close(fd);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "cat:", 4) == 0)
            cat(argv[i] + 4);
        else
            show(argv[i], access(argv[i], F_OK));
    if (argc > 1)
        return 0;
    crossing();
    between();
    read_only();
    by_calls();
    nameless();
    sync();
    return 0;
}
