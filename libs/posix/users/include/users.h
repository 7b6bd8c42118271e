/*
 * Who the running process is: credentials(7).
 *
 * Ids are of a process, not of a thread as in Linux: the C library calls on all threads to change theirs
 * together, and here the first call does it. There are no capabilities: a process whose effective user is 0
 * may do everything, and permissions of files do not bind one whose user for files is 0.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum users_kind {
    USERS_REAL,
    USERS_EFFECTIVE,
    USERS_SAVED,
    USERS_FILES, /* setfsuid(2): as effective, unless somebody set it */
    USERS_KINDS,
};

struct users_groups {
    size_t count;
    uint32_t ids[]; /* ascending */
};

struct users {
    uint32_t user[USERS_KINDS], group[USERS_KINDS];
    struct users_groups *groups; /* supplementary; NULL: none */
};

extern struct users users_now; /* of the running process; who else needs it only reads */

static inline bool users_are_root(void)
{
    return users_now.user[USERS_EFFECTIVE] == 0;
}

/* Whether `group` is the process's group of that kind, or a supplementary one. */
bool users_have_group(enum users_kind kind, uint32_t group);

/* The process begins a program with this owner, group and mode: with S_ISUID and S_ISGID it becomes them. */
void users_begin_program(uint32_t user, uint32_t group, uint32_t mode);
