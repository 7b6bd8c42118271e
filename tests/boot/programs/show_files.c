/* Shows what it was given, and the tree below /: names, kinds, sizes, and of files a sum of their bytes. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void show(const char *path)
{
    static char buffer[7000];
    struct dirent **names;
    char below[1024];
    int count = scandir(*path ? path : "/", &names, NULL, alphasort);

    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        unsigned long sum = 0;
        struct stat status;
        FILE *file;

        snprintf(below, sizeof below, "%s/%s", path, name);
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(below, "/dev") == 0 ||
            strcmp(below, "/lost+found") == 0)
            continue;
        if (lstat(below, &status) != 0) {
            printf("%s: no status\n", below);
        } else if (S_ISLNK(status.st_mode)) {
            long length = readlink(below, buffer, sizeof buffer - 1);
            buffer[length < 0 ? 0 : length] = '\0';
            printf("%s -> %s\n", below, buffer);
        } else if (S_ISDIR(status.st_mode)) {
            printf("%s/\n", below);
            show(strdup(below));
        } else if ((file = fopen(below, "r")) != NULL) {
            for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) != 0;)
                for (size_t j = 0; j < n; j++)
                    sum = sum * 31 + (unsigned char)buffer[j];
            fclose(file);
            printf("%s %o %ld %08lx\n", below, status.st_mode & 07777, (long)status.st_size,
                   sum & 0xffffffff);
        }
    }
}

int main(int argc, char **argv)
{
    char here[256];

    for (int i = 1; i < argc; i++)
        printf("argument %s\n", argv[i]);
    printf("A=%s B=%s\n", getenv("A") ? getenv("A") : "", getenv("B") ? getenv("B") : "");
    printf("at %s\n", getcwd(here, sizeof here));
    show("");
    return 0;
}
