/* As the first process of the Linux guest: loads the modules in the file /modules, one a line, mounts the
 * folder, and works in it; the machine stops when main() has returned. */
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
    reboot(RB_AUTOBOOT);
}

static void load(const char *module)
{
    int file = open(module, O_RDONLY | O_CLOEXEC);

    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0)
        perror(module);
    close(file);
}

static __attribute__((constructor)) void begin(void)
{
    FILE *modules = fopen("/modules", "r");
    char line[256];

    while (modules && fgets(line, sizeof line, modules))
        load(strtok(line, "\n"));
    mkdir("/dev", 0755);
    mkdir("/share", 0755);
    mount("dev", "/dev", "devtmpfs", 0, "");
    open("/dev/console", O_RDWR);
    dup2(0, 1);
    dup2(0, 2);
    if (mount("share0", "/share", KIND, 0, OPTIONS) != 0 || chdir("/share") != 0)
        perror(KIND);
    atexit(stop);
}
