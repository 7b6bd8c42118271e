/* What users and groups may do with files. */
#include "show.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int make(const char *path, mode_t mode, uid_t user, gid_t group)
{
    int file = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);

    if (file < 0 || fchown(file, user, group) != 0 || fchmod(file, mode) != 0)
        perror(path);
    return close(file);
}

static void make_directory(const char *path, mode_t mode, uid_t user, gid_t group)
{
    if (mkdir(path, 0700) != 0 || chown(path, user, group) != 0 || chmod(path, mode) != 0)
        perror(path);
}

static int open_and_close(const char *path, int flags)
{
    int file = open(path, flags, 0666);

    return file < 0 ? file : close(file);
}

static void stat_of(const char *path)
{
    struct stat values;

    if (lstat(path, &values) != 0)
        perror(path);
    printf("%s: %o %u:%u\n", path, (unsigned)values.st_mode, (unsigned)values.st_uid,
           (unsigned)values.st_gid);
}

/* For each mode, what its owner, its group and others are granted. */
static void modes(void)
{
    static const struct {
        uid_t user;
        gid_t group;
    } who[] = {{0, 0}, {1, 9}, {2, 9}, {2, 3}};

    make("file", 0, 1, 9);
    for (mode_t mode = 0; mode < 01000; mode += 053) {
        if (chmod("file", mode) != 0)
            perror("chmod");
        printf("%03o:", (unsigned)mode);
        for (size_t i = 0; i < sizeof(who) / sizeof(who[0]); i++) {
            char granted[6] = "-----";

            if (setegid(who[i].group) != 0 || seteuid(who[i].user) != 0)
                perror("seteuid");
            if (open_and_close("file", O_RDONLY) == 0)
                granted[0] = 'r';
            if (open_and_close("file", O_WRONLY) == 0)
                granted[1] = 'w';
            if (open_and_close("file", O_RDWR) == 0)
                granted[2] = '+';
            if (faccessat(AT_FDCWD, "file", X_OK, AT_EACCESS) == 0)
                granted[3] = 'x';
            if (faccessat(AT_FDCWD, "file", R_OK | W_OK, 0) == 0)
                granted[4] = 'a'; /* by the real user, who is root */
            printf(" %s", granted);
            if (seteuid(0) != 0 || setegid(0) != 0)
                perror("seteuid");
        }
        putchar('\n');
    }
}

static void directories(void)
{
    make_directory("closed", 0700, 1, 1);
    make_directory("listed", 0744, 1, 1);
    make_directory("searched", 0711, 1, 1);
    make_directory("open", 0777, 1, 1);
    make("closed/file", 0666, 1, 1);
    make("listed/file", 0666, 1, 1);
    make("searched/file", 0666, 1, 1);
    become(2, 2);
    SHOW(open_and_close("closed", O_RDONLY));
    SHOW(open_and_close("closed", O_PATH));
    SHOW(open_and_close("listed", O_RDONLY));
    SHOW(open_and_close("searched", O_RDONLY));
    SHOW(open_and_close("closed/file", O_RDONLY));
    SHOW(open_and_close("closed/nothing", O_RDONLY));
    SHOW(open_and_close("closed/.", O_RDONLY));
    SHOW(open_and_close("closed/", O_PATH));
    SHOW(open_and_close("closed/../searched/file", O_RDONLY));
    SHOW(open_and_close("listed/file", O_RDONLY));
    SHOW(open_and_close("searched/file", O_RDWR));
    SHOW(open_and_close("searched/file/x", O_RDWR));
    SHOW(open_and_close("searched/new", O_CREAT | O_RDWR));
    SHOW(open_and_close("searched/file", O_CREAT | O_RDWR));
    SHOW(open_and_close("searched/file", O_CREAT | O_EXCL | O_RDWR));
    SHOW(open_and_close("open/new", O_CREAT | O_RDWR));
    SHOW(open_and_close("open/unreadable", O_CREAT | O_EXCL | O_RDONLY | O_TRUNC));
    SHOW(open_and_close("searched", O_TMPFILE | O_RDWR));
    SHOW(open_and_close("open", O_TMPFILE | O_RDWR));
    SHOW(chdir("closed"));
    SHOW(chdir("listed"));
    SHOW(chdir("searched"));
    SHOW(chdir(".."));
    SHOW(mkdir("searched/x", 0777));
    SHOW(mkdir("searched/file", 0777));
    SHOW(symlink("file", "searched/x"));
    SHOW(mknod("searched/x", S_IFIFO | 0666, 0));
    SHOW(unlink("searched/file"));
    SHOW(unlink("searched/nothing"));
    SHOW(unlink("closed/file"));
    SHOW(rmdir("searched/file"));
    SHOW(rename("searched/file", "open/file"));
    SHOW(rename("open/new", "searched/new"));
    SHOW(rename("open/new", "searched/file"));
    SHOW(rename("open/new", "open/newer"));
    SHOW(link("open/newer", "searched/other"));
    SHOW(link("open/newer", "open/other"));
    SHOW(access("closed/file", R_OK)); /* the real user is root */
    SHOW(faccessat(AT_FDCWD, "closed/file", R_OK, AT_EACCESS));
    be_root();
    stat_of("open/newer");
    SHOW(open_and_close("closed/file", O_RDWR));
}

static void moving(void)
{
    make_directory("from", 0777, 3, 3);
    make_directory("to", 0777, 3, 3);
    make_directory("from/mine", 0755, 2, 2);
    make_directory("from/others", 0755, 3, 3);
    become(2, 2);
    SHOW(rename("from/others", "from/renamed"));
    SHOW(rename("from/renamed", "to/renamed")); /* its ".." would change */
    SHOW(rename("from/mine", "to/mine"));
    SHOW(rename("to/mine", "from/renamed/mine"));
    be_root();
    make_directory("sticky", 01777, 3, 3);
    make("sticky/two", 0666, 2, 2);
    make("sticky/four", 0666, 4, 4);
    make_directory("sticky/five", 0777, 5, 5);
    become(2, 2);
    SHOW(unlink("sticky/four"));
    SHOW(rmdir("sticky/five"));
    SHOW(unlink("sticky/five"));
    SHOW(rmdir("sticky/four"));
    SHOW(rename("sticky/four", "sticky/x"));
    SHOW(rename("sticky/two", "sticky/four"));
    SHOW(rename("sticky/two", "sticky/x"));
    SHOW(unlink("sticky/x"));
    be_root();
    become(3, 2);
    SHOW(unlink("sticky/four"));
    be_root();
    SHOW(rmdir("sticky/five"));
}

static void attributes(void)
{
    const struct timespec some[2] = {{5, 0}, {6, 0}}, half[2] = {{0, UTIME_NOW}, {0, UTIME_OMIT}};
    const struct timespec now[2] = {{0, UTIME_NOW}, {0, UTIME_NOW}},
                          none[2] = {{0, UTIME_OMIT}, {0, UTIME_OMIT}};
    const gid_t nine = 9;

    make("own", 0644, 2, 2);
    make("read", 0644, 3, 2);
    make("written", 0666, 3, 3);
    become(2, 2);
    SHOW(chmod("own", 0600));
    SHOW(chmod("own", 02755));
    stat_of("own");
    SHOW(chmod("read", 0666));
    SHOW(chown("own", 2, 2));
    SHOW(chown("own", 3, -1));
    SHOW(chown("own", -1, 9));
    SHOW(chown("read", -1, 2));
    SHOW(chown("read", 3, -1));
    SHOW(chown("own", -1, -1));
    SHOW(truncate("read", 1));
    SHOW(truncate("written", 1));
    SHOW(truncate(".", 1));
    SHOW(utimensat(AT_FDCWD, "read", NULL, 0));
    SHOW(utimensat(AT_FDCWD, "read", now, 0));
    SHOW(utimensat(AT_FDCWD, "read", half, 0));
    SHOW(utimensat(AT_FDCWD, "read", none, 0));
    SHOW(utimensat(AT_FDCWD, "written", NULL, 0));
    SHOW(utimensat(AT_FDCWD, "written", now, 0));
    SHOW(utimensat(AT_FDCWD, "written", half, 0));
    SHOW(utimensat(AT_FDCWD, "written", some, 0));
    SHOW(utimensat(AT_FDCWD, "own", some, 0));
    be_root();
    SHOW(setgroups(1, &nine));
    become(2, 2);
    SHOW(chown("own", -1, 9));
    stat_of("own");
    SHOW(chmod("own", 02755));
    stat_of("own");
    be_root();
    SHOW(setgroups(0, NULL));
    become(2, 2);
    SHOW(chmod("own", 02755)); /* not a member any more */
    stat_of("own");
    be_root();
}

static void rights(void)
{
    int file;

    make("program", 06777, 3, 3);
    become(2, 2);
    file = open("program", O_WRONLY);
    stat_of("program");
    if (write(file, "x", 1) != 1)
        perror("write");
    close(file);
    stat_of("program");
    be_root();
    SHOW(chmod("program", 06777));
    file = open("program", O_WRONLY);
    if (write(file, "x", 1) != 1)
        perror("write");
    close(file);
    stat_of("program"); /* root's writing leaves it */
    SHOW(chown("program", 4, 4));
    stat_of("program");
}

/* Whose new files are. */
static void owners(void)
{
    make_directory("shared", 02777, 1, 9);
    become(2, 2);
    SHOW(open_and_close("open/two", O_CREAT | O_WRONLY));
    SHOW(symlink("nothing", "open/link"));
    SHOW(open_and_close("shared/file", O_CREAT | O_WRONLY));
    SHOW(mkdir("shared/directory", 0755));
    SHOW(mknod("shared/fifo", S_IFIFO | 0666, 0));
    be_root();
    stat_of("open/two");
    stat_of("open/link");
    stat_of("shared/file");
    stat_of("shared/directory");
    stat_of("shared/fifo");
    SHOW(open_and_close("shared/root", O_CREAT | O_WRONLY));
    stat_of("shared/root");
}

void files(void)
{
    puts("-- files");
    modes();
    directories();
    moving();
    attributes();
    rights();
    owners();
}
