#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *what, int result)
{
    printf("%s: %d\n", what, result < 0 ? -errno : result);
}

static int make(const char *name, const char *content)
{
    int file = open(name, O_CREAT | O_RDWR, 0644);

    show(name, (int)write(file, content, 6));
    return file;
}

int main(void)
{
    struct stat values;
    int replaced = make("/share/name", "former"), removed = make("/share/other", "former");

    close(make("/share/new", "newest"));
    show("rename", rename("/share/new", "/share/name"));
    show("unlink", unlink("/share/other"));
    close(make("/share/other", "newest"));
    show("ftruncate", ftruncate(replaced, 3));
    show("fchmod", fchmod(replaced, 0600));
    show("ftruncate", ftruncate(removed, 3));
    show("fchmod", fchmod(removed, 0600));
    show("links", fstat(replaced, &values) < 0 ? -1 : (int)values.st_nlink);
    show("links", fstat(removed, &values) < 0 ? -1 : (int)values.st_nlink);
    return 0;
}
