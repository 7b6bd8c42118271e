/* Who the application is from its beginning, and what it may do. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(void)
{
    struct stat values;
    int memory = memfd_create("mine", 0);

    printf("%u %u %u %u %d\n", getuid(), geteuid(), getgid(), getegid(), getgroups(0, NULL));
    printf("open %s\n", open("/new", O_CREAT | O_WRONLY, 0600) < 0 && errno == EACCES ? "EACCES" : "?");
    printf("setuid %s\n", setuid(0) < 0 && errno == EPERM ? "EPERM" : "?");
    printf("write %zd\n", write(memory, "x", 1));
    fstat(memory, &values);
    printf("memory %u %u\n", values.st_uid, values.st_gid);
    return 0;
}
