/* As the first process of the Linux guest: loads the modules in the file /modules, one a line, makes /dev,
 * and mounts the disk; the machine stops when main() has returned. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void stop(void)
{
    fflush(stdout);
    umount("/data");
    reboot(RB_AUTOBOOT);
}

static __attribute__((constructor)) void start(void)
{
    char line[256];
    FILE *modules;

    if (getpid() != 1)
        return;
    modules = fopen("/modules", "r");
    while (modules && fgets(line, sizeof line, modules)) {
        int file = open(strtok(line, "\n"), O_RDONLY | O_CLOEXEC);

        if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0)
            perror(line);
        close(file);
    }
    if (modules)
        fclose(modules);
    mkdir("/dev", 0755);
    mkdir("/data", 0755);
    if (mount("dev", "/dev", "devtmpfs", 0, "") != 0)
        perror("/dev");
    open("/dev/console", O_RDWR);
    dup2(0, 1);
    dup2(0, 2);
    for (int i = 0; i < 1000 && access("/dev/vdb", F_OK) != 0; i++)
        usleep(10000);
    if (mount("/dev/vda", "/data", "ext4", 0, "") != 0)
        perror("/data");
    atexit(stop);
}
