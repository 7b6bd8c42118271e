/* Who a process is, and whom it may become. */
#include "show.h"

#include <grp.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAME ((uid_t)-1)

static void who(void)
{
    uid_t user[3];
    gid_t group[3];

    getresuid(user, user + 1, user + 2);
    getresgid(group, group + 1, group + 2);
    printf("users %u %u %u %u, groups %u %u %u %u\n", user[0], user[1], user[2], (unsigned)setfsuid(SAME),
           group[0], group[1], group[2], (unsigned)setfsgid(SAME));
}

static void groups(void)
{
    const gid_t three[] = {30, 10, 20};
    gid_t list[3] = {0};

    SHOW(setgroups(3, three));
    SHOW(getgroups(2, list));
    printf("%d groups:", getgroups(3, list));
    printf(" %u %u %u\n", list[0], list[1], list[2]);
    SHOW(getgroups(-1, list));
    SHOW(setgroups(65537, three));
    become(5, 6);
    SHOW(setgroups(0, NULL));
    be_root();
}

static void run(const char *program)
{
    char *words[] = {"who", NULL};
    pid_t child;
    int status;

    errno = posix_spawn(&child, program, NULL, NULL, words, NULL);
    if (errno != 0)
        show("posix_spawn", errno);
    else
        waitpid(child, &status, 0);
}

static void programs(void)
{
    SHOW(chown(BIN "who", 70, 80));
    SHOW(chmod(BIN "who", 0755));
    run(BIN "who");
    become(5, 6);
    run(BIN "who"); /* the saved ids become the effective ones */
    be_root();
    SHOW(chmod(BIN "who", 06755));
    run(BIN "who");
    become(5, 6);
    run(BIN "who");
    be_root();
    SHOW(chmod(BIN "who", 0750));
    become(5, 6);
    run(BIN "who");
    be_root();
    SHOW(chmod(BIN "who", 0644));
    run(BIN "who");
    SHOW(chmod(BIN "who", 0755));
}

void ids(void)
{
    puts("-- ids");
    who();
    groups();
    programs();
    SHOW(setresgid(1, 2, 3));
    SHOW(setresuid(11, 0, 0));
    who();
    SHOW(setfsuid(12));
    SHOW(setfsgid(13));
    who();
    SHOW(setreuid(SAME, 12));
    who();
    SHOW(setreuid(12, SAME));
    SHOW(setreuid(SAME, 0));
    SHOW(setresuid(0, 12, SAME)); /* it was not saved */
    SHOW(setresuid(SAME, 11, SAME));
    who();
    SHOW(setresuid(11, 12, 11));
    who();
    SHOW(setuid(0));
    SHOW(setuid(SAME));
    SHOW(setuid(11));
    SHOW(setuid(12));
    SHOW(setreuid(12, 11));
    who();
    SHOW(setgid(0));
    SHOW(setgid(3));
    SHOW(setgid(2));
    SHOW(setregid(3, 1));
    SHOW(setregid(SAME, 1));
    SHOW(setresgid(1, 1, 1));
    SHOW(setegid(3));
    SHOW(setfsuid(0));
    SHOW(setfsgid(77));
    who();
}
