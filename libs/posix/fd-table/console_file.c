/*
 * The console as an open file. To applications it is a terminal: the C library then writes line by line.
 */
#include "slots.h"

#include <console.h>
#include <console_input.h>
#include <errno.h>
#include <linux_io.h>

#define CHARACTER_DEVICE 0020000u /* S_IFCHR */

/* Linux's Documentation/admin-guide/devices.txt: major 5, minor 1 is /dev/console. */
#define CONSOLE_DEVICE (5 * 256 + 1)

static long read(struct open_file *file, void *buffer, size_t size)
{
    (void)file;
    return size != 0 ? (long)console_read(buffer, size) : 0;
}

static long write(struct open_file *file, const void *data, size_t size)
{
    (void)file;
    console_write(data, size);
    return (long)size;
}

static long control(struct open_file *file, unsigned long request, void *argument)
{
    (void)file;
    if (request != LINUX_TIOCGWINSZ)
        return -ENOTTY;
    *(struct linux_winsize *)argument =
        (struct linux_winsize){0}; /* nobody knows: ioctl_tty(2) allows zeroes */
    return 0;
}

static void stat(struct open_file *file, struct linux_stat_values *values)
{
    (void)file;
    *values = (struct linux_stat_values){
        .device = 2,
        .inode = 1,
        .special_device = CONSOLE_DEVICE,
        .mode = CHARACTER_DEVICE | 0620,
        .links = 1,
        .block_size = 1024,
    };
}

/* Never called: the table keeps a reference. */
static void release(struct open_file *file)
{
    (void)file;
}

const struct open_file_ops fd_console_ops = {
    .read = read,
    .write = write,
    .control = control,
    .stat = stat,
    .release = release,
};
