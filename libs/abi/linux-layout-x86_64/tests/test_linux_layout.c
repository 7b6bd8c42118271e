/* The structure that is written must be the one that programs on this host read. */
#include <assert.h>
#include <fcntl.h>
#include <linux_file.h>
#include <linux_layout.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

int main(void)
{
    struct stat s;
    const struct linux_stat_values values = {
        .device = 3,
        .inode = 1234567890123,
        .special_device = 5 * 256 + 1,
        .size = 5000000000,
        .allocated = 4097,
        .mode = S_IFREG | 0640,
        .links = 7,
        .block_size = 4096,
        .access_time = 1500000001,
        .modification_time = -1,
        .change_time = 2000000000,
    };

    memset(&s, 0xff, sizeof s);
    linux_stat_store(&s, &values);
    assert(s.st_dev == 3 && s.st_ino == 1234567890123 && s.st_rdev == makedev(5, 1));
    assert(s.st_size == 5000000000 && s.st_blocks == 9 && s.st_blksize == 4096);
    assert(s.st_mode == (S_IFREG | 0640) && s.st_nlink == 7 && s.st_uid == 0 && s.st_gid == 0);
    assert(s.st_atim.tv_sec == 1 && s.st_atim.tv_nsec == 500000001);
    assert(s.st_mtim.tv_sec == -1 && s.st_mtim.tv_nsec == 999999999);
    assert(s.st_ctim.tv_sec == 2 && s.st_ctim.tv_nsec == 0);

    assert(linux_open_flags(O_CREAT | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) ==
           (LINUX_O_CREAT | LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC));
    assert(linux_open_flags(O_WRONLY | O_TRUNC | O_EXCL | O_APPEND | O_NONBLOCK) ==
           (LINUX_O_WRONLY | LINUX_O_TRUNC | LINUX_O_EXCL | LINUX_O_APPEND | LINUX_O_NONBLOCK));
    return 0;
}
