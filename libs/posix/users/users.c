#include <users.h>

#define SET_USER 04000u /* stat(2): S_ISUID, S_ISGID, S_IXGRP */
#define SET_GROUP 02000u
#define GROUP_RUNS 00010u

struct users users_now;

void users_begin_program(uint32_t user, uint32_t group, uint32_t mode)
{
    if (mode & SET_USER)
        users_now.user[USERS_EFFECTIVE] = user;
    if ((mode & (SET_GROUP | GROUP_RUNS)) == (SET_GROUP | GROUP_RUNS))
        users_now.group[USERS_EFFECTIVE] = group;
    users_now.user[USERS_SAVED] = users_now.user[USERS_FILES] = users_now.user[USERS_EFFECTIVE];
    users_now.group[USERS_SAVED] = users_now.group[USERS_FILES] = users_now.group[USERS_EFFECTIVE];
}
