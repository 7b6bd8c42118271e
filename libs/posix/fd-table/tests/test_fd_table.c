// instead: ../fd_table.c ../control.c ../duplicate.c
/* The table against an array that is searched from its beginning. */
#include "../../../memory/heap/tests/fake_memory.h"

#include <errno.h>
#include <fd_table.h>
#include <linux_file.h>

#define MOST 3000

long sys_close(long fd);
long sys_close_range(long first, long last, long flags);
long sys_dup2(long fd, long copy);
long sys_fcntl(long fd, long command, long argument);

const struct open_file_ops fd_console_ops;

void linux_stat_store(void *stat, const struct linux_stat_values *values)
{
    (void)stat, (void)values;
}

unsigned linux_open_flags(unsigned flags)
{
    return flags;
}

static long released, told;

static void release(struct open_file *file)
{
    released++;
    free(file);
}

static const struct open_file_ops operations = {.release = release};

static struct open_file *new_file(void)
{
    struct open_file *file = calloc(1, sizeof *file);

    *file = (struct open_file){.ops = &operations, .references = 1};
    return file;
}

static unsigned pick(unsigned limit)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 11) % limit;
}

static struct open_file *model[MOST];

static long model_lowest(unsigned from)
{
    while (from < MOST && model[from] != NULL)
        from++;
    return from < MOST ? (long)from : -EMFILE;
}

static void open_one(unsigned lowest)
{
    long expected = model_lowest(lowest), fd = fd_reserve(lowest, pick(2));

    assert(fd == expected);
    if (fd < 0)
        return;
    assert(fd_get(fd) == NULL);
    if (pick(8) == 0) {
        fd_cancel(fd);
        return;
    }
    model[fd] = new_file();
    fd_fill(fd, model[fd]);
}

static void close_one(unsigned fd)
{
    assert(sys_close(fd) == (model[fd] != NULL ? 0 : -EBADF));
    model[fd] = NULL;
}

static void at_random(void)
{
    fd_set_limit(MOST);
    for (long fd = 0; fd < 3; fd++)
        assert(sys_close(fd) == 0); /* the console */
    for (int i = 0; i < 200000; i++) {
        unsigned fd = pick(MOST), from = pick(MOST);

        switch (pick(i / 20000 % 2 ? 3 : 6)) {
        case 0:
            close_one(fd);
            break;
        case 1:
            if (model[from] != NULL && fd != from) {
                assert(sys_dup2(from, fd) == fd);
                model[fd] = model[from];
            }
            break;
        case 2:
            if (model[from] != NULL) {
                long expected = model_lowest(fd);

                assert(sys_fcntl(from, LINUX_F_DUPFD, fd) == expected);
                if (expected >= 0)
                    model[expected] = model[from];
            }
            break;
        default:
            open_one(pick(4) ? 0 : fd);
        }
    }
    for (unsigned fd = 0; fd < MOST; fd++) {
        struct open_file *file = fd_get(fd);

        assert(file == model[fd]);
        if (file != NULL)
            fd_put(file);
    }
    assert(fd_get(-1) == NULL && fd_get(MOST) == NULL && fd_get(1l << 40) == NULL);
}

static void ranges(void)
{
    assert(sys_close_range(5, 4, 0) == -EINVAL && sys_close_range(0, 1, 1) == -EINVAL);
    assert(sys_close_range(0, -1, 0) == 0);
    memset(model, 0, sizeof model);
    for (int i = 0; i < 100; i++)
        open_one(0);
    assert(sys_close_range(10, 19, LINUX_CLOSE_RANGE_CLOEXEC) == 0);
    for (unsigned fd = 10; fd < 20; fd++)
        assert(model[fd] == NULL || sys_fcntl(fd, LINUX_F_GETFD, 0) == LINUX_FD_CLOEXEC);
    assert(sys_close_range(0, 0xffffffff, 0) == 0);
    memset(model, 0, sizeof model);
}

static void gone(struct file_watch *watch)
{
    (void)watch;
    assert(released == told); /* before the file itself */
    told++;
}

/* Who remembers a file is told when it goes, but not who has stopped remembering it. */
static void watches(void)
{
    struct file_watch watch[3] = {{.gone = gone}, {.gone = gone}, {.gone = gone}};
    struct open_file *file = new_file();
    long before = released;

    for (int i = 0; i < 3; i++)
        fd_watch(file, &watch[i]);
    fd_unwatch(&watch[1]);
    released = told = 0;
    watch[2].next->gone(&watch[0]);
    assert(told == 1);
    released = 1;
    fd_unwatch(&watch[0]);
    assert(fd_open(file, false) == 0 && sys_close(0) == 0);
    assert(told == 2 && released == 2);
    released = before;
}

/* Without memory for a larger table nothing changes. */
static void no_memory(void)
{
    fd_set_limit(fd_limit_max());
    fake_fail(0);
    assert(fd_reserve(fd_limit_max() - 1, false) == -ENOMEM);
    assert(fd_reserve(fd_limit_max(), false) == -EMFILE);
    assert(fd_reserve(0, false) == 0);
    fd_cancel(0);
}

int main(void)
{
    at_random();
    ranges();
    watches();
    no_memory();
    return 0;
}
