/* Says who it is. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    uid_t user[3];
    gid_t group[3];

    getresuid(user, user + 1, user + 2);
    getresgid(group, group + 1, group + 2);
    printf("who: users %u %u %u, groups %u %u %u and %d\n", user[0], user[1], user[2], group[0], group[1],
           group[2], getgroups(0, NULL));
    return 0;
}
