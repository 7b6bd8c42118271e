/*
 * Random calls while files, directories and whole trees are watched, with every so many an allocation that
 * fails: nothing that is gone is touched, the queue counts what it holds, and in the end all memory comes
 * back.
 */
// sources: ../../readiness/readiness.c ../../fd-table/fd_table.c ../../fd-table/transfer.c
// sources: ../../fd-table/control.c ../../fd-table/duplicate.c ../../fd-table/pieces.c
// sources: ../../fd-table/console_file.c ../../../abi/linux-layout-x86_64/linux_layout.c
// sources: ../../../fs/vfs/vfs.c ../../../fs/vfs/find.c ../../../fs/vfs/change.c
// sources: ../../../fs/vfs/access.c ../../../fs/vfs/path.c
// sources: ../../../fs/ramfs/ramfs.c ../../../fs/ramfs/directory.c ../../../fs/ramfs/content.c
// sources: ../../files/vnode_file.c ../../files/start.c ../../files/open.c ../../files/names.c
// sources: ../../files/attributes.c ../../files/directory.c ../../files/file_content.c
// sources: ../../files/held_content.c ../../files/ownership.c ../../files/space.c ../../files/file_system.c
// sources: ../../files/memfd.c ../../files/events.c
// cflags: -DCONFIG_LIB_INOTIFY=1 -DCONFIG_LIB_READINESS=1
#include "../../files/tests/system_calls.h"

#include "../inotify_parts.h"

#define STEPS 40000
#define DESCRIPTORS 12
#define NAMES 6

long sys_inotify_add_watch(long fd, const char *path, long mask);
long sys_inotify_init1(long flags);
long sys_inotify_rm_watch(long fd, long number);
long sys_fallocate(long fd, long mode, long offset, long length);
long sys_renameat2(long old_directory, const char *old_path, long new_directory, const char *new_path,
                   long flags);

void wait_poll(void) {}

unsigned wait_wake(struct wait_queue *queue, unsigned count)
{
    (void)queue, (void)count;
    return 0;
}

int wait_until(struct wait_queue *queue, uint64_t deadline, bool interruptible)
{
    (void)queue, (void)deadline, (void)interruptible;
    abort(); /* all descriptors have O_NONBLOCK */
}

static uint64_t state;

static unsigned any(unsigned count)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % count;
}

static const char *path(void)
{
    static char texts[2][20];
    static int next;
    char *text = texts[next++ % 2];

    snprintf(text, sizeof texts[0], any(2) != 0 ? "%c/%c" : "%c", 'a' + (int)any(NAMES),
             'a' + (int)any(NAMES));
    return text;
}

/* What is read is whole events, as many bytes as FIONREAD says. */
static void hear(long fd)
{
    static char buffer[1 << 16];
    int waiting = 0;
    long size;

    EXPECT(sys_ioctl(fd, 0x541b, &waiting), 0);
    size = sys_read(fd, buffer, sizeof buffer);
    assert(size == (waiting != 0 ? waiting : -EAGAIN) || waiting > (int)sizeof buffer);
    for (long at = 0; at < size;) {
        const struct linux_inotify_event *event = (const struct linux_inotify_event *)(buffer + at);

        assert(event->length % sizeof(*event) == 0 &&
               (event->watch > 0 || event->mask == LINUX_IN_Q_OVERFLOW));
        at += (long)sizeof(*event) + event->length;
        assert(at <= size);
    }
}

static void step(long watcher, long *files)
{
    const char *name = path();
    long *file = &files[any(DESCRIPTORS)];
    char byte = 0;

    switch (any(14)) {
    case 0:
    case 1:
        if (*file >= 0)
            sys_close(*file);
        *file = sys_open(name, any(2) != 0 ? O_RDWR | O_CREAT : O_RDONLY, 0644);
        break;
    case 2:
        if (*file >= 0)
            sys_close(*file);
        *file = -1;
        break;
    case 3:
        sys_write(*file, &byte, 1);
        break;
    case 4:
        sys_pread64(*file, &byte, 1, 0);
        break;
    case 5:
        sys_mkdir(name, 0755);
        break;
    case 6:
        sys_unlink(name);
        break;
    case 7:
        sys_rmdir(name);
        break;
    case 8:
    case 9:
        sys_renameat2(-100, name, -100, path(), any(3) == 0 ? 2 : 0);
        break;
    case 10:
        sys_link(name, path());
        break;
    case 11:
        sys_chmod(name, 0600 + any(64));
        break;
    case 12:
        sys_inotify_add_watch(watcher, name,
                              LINUX_IN_ALL_EVENTS | (any(8) == 0 ? LINUX_IN_ONESHOT : 0) |
                                  (any(4) == 0 ? LINUX_IN_EXCL_UNLINK : 0));
        break;
    default:
        sys_inotify_rm_watch(watcher, 1 + any(200));
        break;
    }
}

/* All in the working directory. */
static void remove_all(void)
{
    static char entries[4096];
    long fd = sys_open(".", O_RDONLY | O_DIRECTORY, 0), size;

    while ((size = sys_getdents64(fd, entries, sizeof entries)) > 0 &&
           size > 48) { /* more than "." and ".." */
        char name[20];

        EXPECT(sys_lseek(fd, 0, SEEK_SET), 0);
        strcpy(name, entries + 48 + 19); /* struct linux_dirent64: the third one's name */
        if (sys_unlink(name) != -EISDIR)
            continue;
        EXPECT(sys_chdir(name), 0);
        EXPECT(sys_close(fd), 0);
        remove_all();
        EXPECT(sys_chdir(".."), 0);
        EXPECT(sys_rmdir(name), 0);
        fd = sys_open(".", O_RDONLY | O_DIRECTORY, 0);
    }
    EXPECT(sys_close(fd), 0);
}

static void run(uint64_t seed, unsigned fail)
{
    long watcher = sys_inotify_init1(O_NONBLOCK), files[DESCRIPTORS];

    state = seed;
    for (int i = 0; i < DESCRIPTORS; i++)
        files[i] = -1;
    for (int i = 0; i < STEPS; i++) {
        if (fail != 0 && i % 50 == 0)
            fake_fail(any(fail));
        step(watcher, files);
        if (any(40) == 0)
            hear(watcher);
    }
    fake_fail(-1);
    for (int i = 0; i < DESCRIPTORS; i++)
        if (files[i] >= 0)
            EXPECT(sys_close(files[i]), 0);
    hear(watcher);
    EXPECT(sys_close(watcher), 0);
    assert(inotify_watch_count == 0);
    remove_all();
}

int main(void)
{
    size_t before;

    fake_fail(-1);
    assert(vfs_init() == 0);
    before = fake_live;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        run(seed, seed % 2 == 0 ? 60 : 0);
        assert(fake_live == before);
    }
    fake_reset();
    return 0;
}
