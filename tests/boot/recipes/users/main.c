#include "show.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

void show(const char *call, int error)
{
    static const struct {
        int error;
        const char *name;
    } names[] = {{0, "done"},        {EACCES, "EACCES"},   {EPERM, "EPERM"},
                 {EINVAL, "EINVAL"}, {ENOENT, "ENOENT"},   {EEXIST, "EEXIST"},
                 {EISDIR, "EISDIR"}, {ENOTDIR, "ENOTDIR"}, {ENOTEMPTY, "ENOTEMPTY"}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].error == error) {
            printf("%s: %s\n", call, names[i].name);
            return;
        }
    printf("%s: %d\n", call, error);
}

void become(uid_t user, gid_t group)
{
    if (setegid(group) != 0 || seteuid(user) != 0)
        perror("become");
    printf("as %u:%u\n", (unsigned)user, (unsigned)group);
}

void be_root(void)
{
    if (seteuid(0) != 0 || setegid(0) != 0)
        perror("be_root");
    puts("as root");
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    umask(022);
    if (setgroups(0, NULL) != 0 || mkdir("t", 0755) != 0 || chdir("t") != 0)
        perror("t");
    files();
    ids(); /* gives up being root */
    return 0;
}
