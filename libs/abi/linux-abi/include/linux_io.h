/* Reading and writing: Linux's include/uapi/linux/uio.h, asm-generic/ioctls.h, asm-generic/termios.h,
 * asm-generic/fcntl.h. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct linux_iovec {
    void *base;
    size_t length; /* bytes */
};

#define LINUX_IOV_MAX 1024 /* UIO_MAXIOV */

#define LINUX_TIOCGWINSZ 0x5413
#define LINUX_FIONREAD 0x541b /* how many bytes can be read, an int */
#define LINUX_FIONBIO 0x5421  /* an int: O_NONBLOCK */
#define LINUX_FIONCLEX 0x5450
#define LINUX_FIOCLEX 0x5451

struct linux_winsize {
    uint16_t rows;
    uint16_t columns;
    uint16_t x_pixels;
    uint16_t y_pixels;
};

#define LINUX_F_GETFD 1
#define LINUX_F_SETFD 2
#define LINUX_F_GETFL 3
#define LINUX_F_SETFL 4

#define LINUX_O_RDWR 02
