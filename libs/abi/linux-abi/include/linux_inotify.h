/* inotify(7): Linux's include/uapi/linux/inotify.h. */
#pragma once

#include <stdint.h>

#define LINUX_IN_ACCESS 0x1u
#define LINUX_IN_MODIFY 0x2u
#define LINUX_IN_ATTRIB 0x4u
#define LINUX_IN_CLOSE_WRITE 0x8u
#define LINUX_IN_CLOSE_NOWRITE 0x10u
#define LINUX_IN_OPEN 0x20u
#define LINUX_IN_MOVED_FROM 0x40u
#define LINUX_IN_MOVED_TO 0x80u
#define LINUX_IN_CREATE 0x100u
#define LINUX_IN_DELETE 0x200u
#define LINUX_IN_DELETE_SELF 0x400u
#define LINUX_IN_MOVE_SELF 0x800u
#define LINUX_IN_ALL_EVENTS 0xfffu

#define LINUX_IN_UNMOUNT 0x2000u
#define LINUX_IN_Q_OVERFLOW 0x4000u
#define LINUX_IN_IGNORED 0x8000u
#define LINUX_IN_ISDIR 0x40000000u

/* Of inotify_add_watch(2) */
#define LINUX_IN_ONLYDIR 0x1000000u
#define LINUX_IN_DONT_FOLLOW 0x2000000u
#define LINUX_IN_EXCL_UNLINK 0x4000000u
#define LINUX_IN_MASK_CREATE 0x10000000u
#define LINUX_IN_MASK_ADD 0x20000000u
#define LINUX_IN_ONESHOT 0x80000000u

struct linux_inotify_event {
    int32_t watch;
    uint32_t mask;
    uint32_t cookie;
    uint32_t length; /* bytes of the name that follows, with the NULs behind it */
};
