/* Mounting: Linux's include/uapi/linux/mount.h, and of umount2(2) include/linux/fs.h. */
#pragma once

#define LINUX_MS_RDONLY 1
#define LINUX_MS_NOEXEC 8
#define LINUX_MS_REMOUNT 32
#define LINUX_MS_BIND 4096
#define LINUX_MS_MOVE 8192
/* unbindable, private, slave, shared */
#define LINUX_MS_PROPAGATION (1 << 17 | 1 << 18 | 1 << 19 | 1 << 20)

#define LINUX_MNT_FORCE 1
#define LINUX_MNT_DETACH 2
#define LINUX_MNT_EXPIRE 4
#define LINUX_UMOUNT_NOFOLLOW 8
