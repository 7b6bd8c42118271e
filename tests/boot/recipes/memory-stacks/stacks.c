/*
 * The kernel runs on the caller's stack, and here nothing of that is there yet when a call begins: its own
 * code touches the pages first, wherever it is just then.
 */
#define _GNU_SOURCE
#include "../expect.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((size_t)4096)
#define STACK (16 * PAGE)
#define STEP 16 /* bytes between the places that are tried */

static char *map(size_t size)
{
    char *start = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    EXPECT(start != MAP_FAILED);
    return start;
}

/* Each on a stack of its own that is new: what one call has touched is of no use to the others. */
static void unmapping(void)
{
    char *start = map(3 * PAGE);

    EXPECT(munmap(start + PAGE, PAGE) == 0 && munmap(start, 3 * PAGE) == 0);
}

static void protecting(void)
{
    char *start = map(3 * PAGE);

    start[PAGE] = 1;
    EXPECT(mprotect(start + PAGE, PAGE, PROT_READ) == 0 && start[PAGE] == 1);
    EXPECT(munmap(start, 3 * PAGE) == 0);
}

static void touching(void)
{
    char *start = map(2 * PAGE);

    start[0] = start[PAGE] = 1;
    EXPECT(munmap(start, 2 * PAGE) == 0);
}

static void moving(void)
{
    char *start = map(PAGE), *moved;

    start[9] = 9;
    map(PAGE);
    moved = mremap(start, PAGE, 4 * PAGE, MREMAP_MAYMOVE);
    EXPECT(moved != MAP_FAILED && moved[9] == 9 && munmap(moved, 4 * PAGE) == 0);
}

static void opening(void)
{
    char name[20];
    int fd = open("/file", O_RDWR | O_CREAT, 0600);

    EXPECT(fd >= 0 && write(fd, "some words", 10) == 10 && pread(fd, name, 10, 0) == 10 && close(fd) == 0);
    EXPECT(memcmp(name, "some words", 10) == 0);
}

static void locking(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

    EXPECT(pthread_mutex_lock(&mutex) == 0 && usleep(1) == 0 && pthread_mutex_unlock(&mutex) == 0);
}

static void (*const works[])(void) = {unmapping, protecting, touching, moving, opening, locking};

struct task {
    size_t depth;
    void (*volatile work)(void);
};

/* Goes down without touching, and works there. */
static void *run(void *argument)
{
    const struct task *task = argument;
    char room[task->depth];
    char *volatile keep = room;

    (void)keep;
    task->work();
    return NULL;
}

int main(void)
{
    pthread_attr_t attributes;

    setvbuf(stdout, NULL, _IONBF, 0);
    EXPECT(pthread_attr_init(&attributes) == 0);
    for (size_t work = 0; work < sizeof works / sizeof *works; work++)
        for (size_t depth = 64; depth < 64 + PAGE; depth += STEP) {
            struct task task = {depth, works[work]};
            char *stack = map(STACK);
            pthread_t thread;

            EXPECT(pthread_attr_setstack(&attributes, stack, STACK) == 0);
            EXPECT(pthread_create(&thread, &attributes, run, &task) == 0);
            EXPECT(pthread_join(thread, NULL) == 0 && munmap(stack, STACK) == 0);
        }
    puts("all stacks ok");
    return 0;
}
