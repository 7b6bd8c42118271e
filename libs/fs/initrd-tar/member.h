/*
 * The members of a tar archive in memory. Nothing in it is trusted.
 */
#pragma once

#include <config.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <vfs.h>

struct initrd_tar_archive {
    const unsigned char *start;
    size_t size;
    size_t at; /* where the next member begins */
};

struct initrd_tar_member {
    char kind; /* '0': file, '1': another name of one, '2': symbolic link, '5': directory; others mean nothing
                  here */
    uint32_t mode;
#ifdef CONFIG_LIB_USERS
    uint32_t user, group;
#endif
    int64_t time; /* seconds */
    const unsigned char *data;
    size_t size;
    char name[VFS_PATH_MAX];   /* without slashes around it; "" for the root */
    char target[VFS_PATH_MAX]; /* of links */
};

/* Reads the next member: 1; 0 at the end; -EINVAL: it is no archive from here on, or cut off. */
int initrd_tar_next(struct initrd_tar_archive *archive, struct initrd_tar_member *member);
