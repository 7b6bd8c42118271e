#include "threads_parts.h"

#define BUCKETS 64
#define FIRST_ID 1         /* the process's */
#define LAST_ID 0x3fffffff /* FUTEX_TID_MASK of Linux's include/uapi/linux/futex.h */

long sys_gettid(void);
long sys_set_tid_address(long address);

static struct posix_thread first = {.id = FIRST_ID};
static struct posix_thread *by_id[BUCKETS] = {[FIRST_ID % BUCKETS] = &first};
static unsigned alive = 1;
static int last_id = FIRST_ID;

struct posix_thread *threads_current(void)
{
    struct kthread *kernel = kthread_current();

    if (!kernel->owner) { /* the boot's thread runs main() */
        first.kernel = kernel;
        kernel->owner = &first;
        kernel->number = FIRST_ID;
    }
    return kernel->owner;
}

struct posix_thread *threads_find(int id)
{
    struct posix_thread *thread = by_id[(unsigned)id % BUCKETS];

    while (thread && thread->id != id)
        thread = thread->next;
    return thread;
}

int threads_new_id(void)
{
    do {
        last_id = last_id < LAST_ID ? last_id + 1 : FIRST_ID + 1;
    } while (threads_find(last_id));
    return last_id;
}

void threads_add(struct posix_thread *thread, int id)
{
    thread->id = id;
    thread->next = by_id[(unsigned)id % BUCKETS];
    by_id[(unsigned)id % BUCKETS] = thread;
    alive++;
}

void threads_remove(struct posix_thread *thread)
{
    struct posix_thread **place = &by_id[(unsigned)thread->id % BUCKETS];

    while (*place != thread)
        place = &(*place)->next;
    *place = thread->next;
    alive--;
}

unsigned threads_alive(void)
{
    return alive;
}

long sys_gettid(void)
{
    return threads_current()->id;
}

long sys_set_tid_address(long address)
{
    struct posix_thread *self = threads_current();

    self->clear_id = (int *)address;
    return self->id;
}
