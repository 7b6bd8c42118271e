/* What inotify tells of everything that can happen to files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int in;

static void words(uint32_t mask)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } names[] = {
        {IN_ACCESS, "access"},
        {IN_MODIFY, "modify"},
        {IN_ATTRIB, "attrib"},
        {IN_CLOSE_WRITE, "close-write"},
        {IN_CLOSE_NOWRITE, "close-nowrite"},
        {IN_OPEN, "open"},
        {IN_MOVED_FROM, "moved-from"},
        {IN_MOVED_TO, "moved-to"},
        {IN_CREATE, "create"},
        {IN_DELETE, "delete"},
        {IN_DELETE_SELF, "delete-self"},
        {IN_MOVE_SELF, "move-self"},
        {IN_UNMOUNT, "unmount"},
        {IN_Q_OVERFLOW, "overflow"},
        {IN_IGNORED, "ignored"},
        {IN_ISDIR, "isdir"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (mask & names[i].bit)
            printf(" %s", names[i].word);
}

/* All that waits. Cookies are numbered as they come. */
static void hear(const char *what)
{
    static char buffer[1 << 16] __attribute__((aligned(8)));
    uint32_t cookie = 0;
    int waiting = 0, cookies = 0;

    ioctl(in, FIONREAD, &waiting);
    printf("%s: %d bytes\n", what, waiting);
    for (;;) {
        long size = read(in, buffer, sizeof(buffer));

        if (size < 0)
            break;
        for (char *at = buffer; at < buffer + size;) {
            const struct inotify_event *event = (const struct inotify_event *)at;

            if (event->cookie != 0 && event->cookie != cookie) {
                cookie = event->cookie;
                cookies++;
            }
            printf("  %d", event->wd);
            words(event->mask);
            if (event->cookie != 0)
                printf(" cookie %d", cookies);
            if (event->len != 0)
                printf(" %u %s", event->len, event->name);
            putchar('\n');
            at += sizeof(*event) + event->len;
        }
    }
}

static void show(const char *what, long result)
{
    if (result < 0)
        printf("%s: %s\n", what,
               errno == EINVAL    ? "EINVAL"
               : errno == EBADF   ? "EBADF"
               : errno == ENOENT  ? "ENOENT"
               : errno == ENOTDIR ? "ENOTDIR"
               : errno == EEXIST  ? "EEXIST"
               : errno == EAGAIN  ? "EAGAIN"
                                  : strerror(errno));
    else
        printf("%s: %ld\n", what, result);
}

#define SHOW(call) show(#call, call)

static int put(const char *path, const char *text)
{
    int file = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0644);

    if (write(file, text, strlen(text)) < 0)
        perror(path);
    return close(file);
}

static void calls(void)
{
    struct pollfd one;
    char small[8];

    SHOW(inotify_init1(077));
    SHOW(fcntl(in, F_GETFL) & (O_NONBLOCK | O_ACCMODE) & ~O_ACCMODE);
    SHOW(fcntl(in, F_GETFD));
    SHOW(inotify_add_watch(in, "nothing", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(in, "", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(in, ".", 0));
    SHOW(inotify_add_watch(in, ".", IN_MASK_ADD | IN_MASK_CREATE | IN_OPEN));
    SHOW(inotify_add_watch(in, ".", 0x10000));
    SHOW(inotify_add_watch(0, ".", IN_OPEN));
    SHOW(inotify_add_watch(99, ".", IN_OPEN));
    SHOW(inotify_rm_watch(in, 5));
    SHOW(inotify_rm_watch(0, 1));
    SHOW(inotify_rm_watch(99, 1));
    SHOW(read(in, small, sizeof(small)));
    put("f", "one");
    symlink("f", "l");
    SHOW(inotify_add_watch(in, "f", IN_ONLYDIR | IN_OPEN));
    SHOW(inotify_add_watch(in, "f", IN_OPEN));
    SHOW(inotify_add_watch(in, "l", IN_MODIFY)); /* the same file, another mask */
    SHOW(inotify_add_watch(in, "l", IN_MASK_CREATE | IN_MODIFY));
    SHOW(inotify_add_watch(in, "l", IN_DONT_FOLLOW | IN_ALL_EVENTS));
    put("f", "two");
    hear("only modify");
    SHOW(inotify_add_watch(in, "f", IN_MASK_ADD | IN_OPEN));
    put("f", "three");
    one = (struct pollfd){.fd = in, .events = POLLIN | POLLOUT};
    SHOW(poll(&one, 1, 0));
    SHOW(one.revents);
    SHOW(read(in, small, sizeof(small)));
    hear("open, too");
    SHOW(poll(&one, 1, 0));
    SHOW(write(in, small, 1));
    SHOW(lseek(in, 0, SEEK_SET) < 0 ? 0 : 1);
    SHOW(inotify_rm_watch(in, 1));
    SHOW(inotify_rm_watch(in, 1));
    hear("removed");
    unlink("l");
    hear("the link is gone");
    SHOW(inotify_add_watch(in, "f", IN_ALL_EVENTS)); /* numbers are not used again */
    unlink("f");
    hear("the file is gone");
}

static void directory(void)
{
    const struct timespec both[2] = {{1, 2}, {3, 4}}, first[2] = {{1, 2}, {0, UTIME_OMIT}},
                          second[2] = {{0, UTIME_OMIT}, {5, 6}};
    char byte;
    int file, list;

    mkdir("d", 0755);
    SHOW(inotify_add_watch(in, "d", IN_ALL_EVENTS));
    put("d/a", "one");
    hear("made and written");
    put("d/a", "two");
    hear("written again");
    file = open("d/a", O_RDWR);
    read(file, &byte, 1);
    read(file, &byte, 1);
    read(file, &byte, 1);
    read(file, &byte, 1); /* its end */
    hear("read");
    pwrite(file, "x", 1, 5);
    pwrite(file, "", 0, 5);
    hear("written at");
    ftruncate(file, 2);
    fchmod(file, 0600);
    hear("cut and chmod by descriptor");
    fallocate(file, 0, 0, 100);
    hear("fallocate");
    fsync(file);
    hear("fsync");
    lseek(file, 0, SEEK_SET);
    close(dup(file));
    hear("dup");
    close(file);
    hear("closed");
    truncate("d/a", 1);
    chmod("d/a", 0644);
    chown("d/a", 0, 0);
    chown("d/a", -1, -1);
    hear("by path");
    utimensat(AT_FDCWD, "d/a", both, 0);
    hear("both times");
    utimensat(AT_FDCWD, "d/a", first, 0);
    hear("access time");
    utimensat(AT_FDCWD, "d/a", second, 0);
    hear("modification time");
    link("d/a", "d/b");
    hear("linked");
    symlink("a", "d/s");
    readlink("d/s", &byte, 1);
    hear("symlink");
    mkdir("d/sub", 0755);
    list = open("d/sub", O_RDONLY | O_DIRECTORY);
    close(list);
    chmod("d/sub", 0700);
    rmdir("d/sub");
    hear("folder in it");
    mknod("d/fifo", S_IFIFO | 0644, 0);
    hear("fifo");
    file = open("d/a", O_PATH);
    close(file);
    hear("path only");
    unlink("d/a");
    unlink("d/b");
    unlink("d/s");
    unlink("d/fifo");
    hear("removed");
    list = open("d", O_RDONLY | O_DIRECTORY);
    hear("itself opened");
    {
        char entries[1024];
        extern long syscall(long, ...);

        syscall(217, list, entries, sizeof(entries)); /* getdents64 */
    }
    hear("listed");
    fchmod(list, 0711);
    close(list);
    hear("itself closed");
    rmdir("d");
    hear("itself gone");
}

static void moves(void)
{
    int file;

    mkdir("x", 0755);
    mkdir("y", 0755);
    put("x/one", "1");
    put("y/two", "2");
    mkdir("x/dir", 0755);
    SHOW(inotify_add_watch(in, "x", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(in, "y", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(in, "x/one", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(in, "y/two", IN_ALL_EVENTS));
    SHOW(inotify_add_watch(in, "x/dir", IN_ALL_EVENTS));
    rename("x/one", "x/uno");
    hear("within");
    rename("x/uno", "y/uno");
    hear("across");
    rename("x/dir", "y/dir");
    hear("a folder");
    file = open("y/uno", O_WRONLY);
    rename("y/uno", "y/eins");
    write(file, "x", 1);
    hear("open, and renamed");
    rename("y/eins", "y/two");
    hear("replaced");
    unlink("y/two");
    write(file, "x", 1);
    fchmod(file, 0600);
    hear("open, and removed");
    put("y/two", "another");
    hear("another of that name");
    close(file);
    hear("closed at last");
    put("x/e", "e");
    hear("for the exchange");
    syscall(316, AT_FDCWD, "x/e", AT_FDCWD, "y/dir", 2); /* renameat2, RENAME_EXCHANGE */
    hear("exchanged");
    rename("x/dir", "x/dir");
    hear("to itself");
    rename("x/dir", "x/dir2");
    hear("a folder again");
    mkdir("y/empty", 0755);
    SHOW(inotify_add_watch(in, "y/empty", IN_ALL_EVENTS));
    rename("x/dir2", "y/empty");
    hear("in place of an empty folder");
}

static void flags(void)
{
    int file;

    mkdir("m", 0755);
    SHOW(inotify_add_watch(in, "m", IN_CREATE | IN_DELETE | IN_ONESHOT));
    put("m/a", "1");
    put("m/b", "2");
    hear("one shot");
    SHOW(inotify_add_watch(in, "m", IN_MODIFY | IN_EXCL_UNLINK));
    file = open("m/a", O_WRONLY);
    write(file, "1", 1);
    unlink("m/a");
    write(file, "2", 1);
    hear("without what is removed");
    close(file);
    file = open("m", O_TMPFILE | O_RDWR, 0600);
    SHOW(inotify_add_watch(in, "m", IN_MASK_ADD | IN_DELETE | IN_DELETE_SELF | IN_CLOSE));
    close(file);
    file = open("m/b", O_RDONLY);
    SHOW(inotify_add_watch(in, "m/b", IN_DELETE_SELF | IN_CLOSE | IN_ATTRIB));
    link("m/b", "m/c");
    unlink("m/b");
    hear("one of two names");
    unlink("m/c");
    hear("the other");
    close(file);
    hear("and closed");
    rmdir("m");
    hear("the folder");
}

static void overflow(void)
{
    static char buffer[1 << 16] __attribute__((aligned(8)));
    long events = 0, size;
    uint32_t last = 0;

    put("o", "");
    SHOW(inotify_add_watch(in, "o", IN_OPEN | IN_CLOSE));
    for (int i = 0; i < 9000; i++)
        close(open("o", O_RDONLY));
    while ((size = read(in, buffer, sizeof(buffer))) > 0)
        for (char *at = buffer; at < buffer + size; at += sizeof(struct inotify_event)) {
            last = ((const struct inotify_event *)at)->mask;
            events++;
        }
    printf("overflow: %ld events, at last", events);
    words(last);
    putchar('\n');
    close(open("o", O_RDONLY));
    hear("and on");
}

static void several(void)
{
    int other = inotify_init(), set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    char buffer[256];

    epoll_ctl(set, EPOLL_CTL_ADD, other, &event);
    SHOW(inotify_add_watch(other, "o", IN_OPEN));
    SHOW(epoll_wait(set, &event, 1, 0));
    close(open("o", O_RDONLY));
    SHOW(epoll_wait(set, &event, 1, 0));
    SHOW(epoll_wait(set, &event, 1, 0));
    close(open("o", O_RDONLY)); /* equal to the last, and not told again */
    SHOW(epoll_wait(set, &event, 1, 0));
    SHOW(read(other, buffer, sizeof(buffer)));
    hear("the first hears it, too");
    close(other);
    close(open("o", O_RDONLY));
    hear("and alone");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    umask(022);
    mkdir("t", 0755);
    if (chdir("t") != 0)
        perror("t");
    in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    calls();
    directory();
    moves();
    flags();
    overflow();
    several();
    return 0;
}
