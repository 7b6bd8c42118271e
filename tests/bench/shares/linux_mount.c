/* Of the Linux guest: mounts the folder, once the modules are there (linux_init.c of the disk's benchmark). */
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

static __attribute__((constructor)) void mount_share(void)
{
    mkdir(FOLDER, 0755);
    if (mount("share0", FOLDER, KIND, 0, OPTIONS) != 0)
        perror(FOLDER);
}
