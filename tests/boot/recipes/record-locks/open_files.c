/* Locks that belong to open files, taken by threads of one process. */
#include "order.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int one, two;

static struct flock range(int type, int whence, long first, long length)
{
    return (struct flock){
        .l_type = (short)type, .l_whence = (short)whence, .l_start = first, .l_len = length};
}

static void set(const char *what, int file, int command, struct flock lock)
{
    int result = fcntl(file, command, &lock);

    printf("%s: %s\n", what, result == 0 ? "done" : errno == EAGAIN ? "EAGAIN" : strerror(errno));
}

static void ask(const char *what, int file, int command, struct flock lock)
{
    if (fcntl(file, command, &lock) != 0)
        printf("%s: %s\n", what, strerror(errno));
    else if (lock.l_type == F_UNLCK)
        printf("%s: free\n", what);
    else
        printf("%s: %s %ld+%ld %s\n", what, lock.l_type == F_WRLCK ? "write" : "read", (long)lock.l_start,
               (long)lock.l_len,
               lock.l_pid == -1         ? "of a file"
               : lock.l_pid == getpid() ? "mine"
                                        : "?");
}

static void *wait_for_it(void *unused)
{
    struct flock lock = range(F_WRLCK, SEEK_SET, 0, 1);

    (void)unused;
    printf("the thread has it: %d\n", fcntl(two, F_OFD_SETLKW, &lock));
    return NULL;
}

void open_files(const char *path)
{
    struct flock named = range(F_RDLCK, SEEK_SET, 0, 1);
    int copy, reader = open(path, O_RDONLY);
    pthread_t thread;

    puts("-- open files");
    one = open(path, O_RDWR);
    two = open(path, O_RDWR);
    lseek(one, 50, SEEK_SET);
    set("one writes 50+10", one, F_OFD_SETLK, range(F_WRLCK, SEEK_CUR, 0, 10));
    ask("two asks", two, F_OFD_GETLK, range(F_RDLCK, SEEK_SET, 0, 0));
    ask("the process asks", two, F_GETLK, range(F_RDLCK, SEEK_SET, 0, 0));
    set("two reads the last byte", two, F_OFD_SETLK, range(F_RDLCK, SEEK_END, -1, 1));
    set("two reads what one writes", two, F_OFD_SETLK, range(F_RDLCK, SEEK_END, -45, 1));
    set("the process reads what one writes", two, F_SETLK, range(F_RDLCK, SEEK_SET, 55, 1));
    ask("one asks", one, F_OFD_GETLK, range(F_WRLCK, SEEK_SET, 0, 0));
    set("the process writes 0+5", one, F_SETLK, range(F_WRLCK, SEEK_SET, 0, 5));
    ask("two asks for that", two, F_OFD_GETLK, range(F_RDLCK, SEEK_SET, 0, 5));
    copy = dup(one);
    close(one); /* of the process nothing stays; of the file all does */
    ask("two asks for that", two, F_OFD_GETLK, range(F_RDLCK, SEEK_SET, 0, 5));
    ask("two asks for the other", two, F_OFD_GETLK, range(F_RDLCK, SEEK_SET, 50, 5));
    close(copy);
    ask("two asks for the other", two, F_OFD_GETLK, range(F_RDLCK, SEEK_SET, 50, 5));
    set("a reader writes", reader, F_OFD_SETLK, range(F_WRLCK, SEEK_SET, 0, 1));
    set("a reader reads", reader, F_OFD_SETLK, range(F_RDLCK, SEEK_SET, 0, 1));
    named.l_pid = 1;
    set("a pid is named", reader, F_OFD_SETLK, named);
    pthread_create(&thread, NULL, wait_for_it, NULL);
    usleep(20000);
    puts("the reader closes");
    close(reader);
    pthread_join(thread, NULL);
    ask("the process asks", two, F_GETLK, range(F_RDLCK, SEEK_SET, 0, 0));
    close(two);
}
