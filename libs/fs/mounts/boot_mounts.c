/*
 * What is mounted at the start: the recipe's list, then the command line's.
 */
#include <args.h>
#include <config.h>
#include <errno.h>
#include <fs.h>
#include <heap.h>
#include <log.h>
#include <panic.h>
#include <string.h>
#include <vfs.h>

#define PARAMETER "mount"
#define FIELDS 4

enum { AT, KIND, SOURCE, OPTIONS };

int mounts_init(void);

/* Copies the entry at `text`, up to a blank or the end, cut at its first three colons. NULL: no memory. */
static char *split(const char *text, const char *field[FIELDS])
{
    size_t length = 0;
    unsigned found = 1;
    char *copy;

    while (text[length] != '\0' && text[length] != ' ')
        length++;
    copy = heap_alloc(length + 1);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    field[0] = copy;
    for (char *at = copy; *at != '\0' && found < FIELDS; at++)
        if (*at == ':') {
            *at = '\0';
            field[found++] = at + 1;
        }
    while (found < FIELDS)
        field[found++] = "";
    return copy;
}

/* The directories of a path, as far as they are missing; errors show when it is used. */
static void make_directories(const char *path)
{
    const struct vnode_new what = {.mode = VNODE_DIRECTORY | 0755, .time = VNODE_NOW};
    size_t size = strlen(path) + 1;
    char *part = heap_alloc(size);

    if (part == NULL)
        return;
    memcpy(part, path, size);
    for (size_t i = 1; i < size; i++)
        if (path[i] == '/' || path[i] == '\0') {
            part[i] = '\0';
            (void)vfs_make(vfs_root(), part, &what, NULL);
            part[i] = path[i];
        }
    heap_free(part);
}

static const char *meaning(int error)
{
    switch (-error) {
    case ENODEV:
        return "no such device, or no such kind of file system";
    case EINVAL:
        return "no such file system there, or a damaged one";
    case ENOTDIR:
        return "not a directory";
    default:
        return "it failed";
    }
}

static void mount_one(const char *const field[FIELDS])
{
    bool root = strcmp(field[AT], "/") == 0;
    int error = -EINVAL;

    if (root) {
        error = vfs_mount_root(field[KIND], field[SOURCE], field[OPTIONS]);
    } else if (field[AT][0] == '/') {
        make_directories(field[AT]);
        error = vfs_mount(field[AT], field[KIND], field[SOURCE], field[OPTIONS]);
    }
    if (error == 0) {
        log_write(LOG_INFO, "mounts: %s of %s on %s", field[KIND], field[SOURCE], field[AT]);
        return;
    }
    if (!fs_option(field[OPTIONS], "nofail", NULL, NULL))
        panic("mounts: cannot mount `%s` (%s) on %s: %s, error %d", field[SOURCE], field[KIND], field[AT],
              meaning(error), -error);
    log_write(LOG_ERROR, "mounts: cannot mount `%s` (%s) on %s: %s, error %d", field[SOURCE], field[KIND],
              field[AT], meaning(error), -error);
}

/* The next entry behind `entry` in a list, NULL at the end. */
static const char *next_of(const char *entry)
{
    while (*entry != '\0' && *entry != ' ')
        entry++;
    while (*entry == ' ')
        entry++;
    return *entry != '\0' ? entry : NULL;
}

/* Whether two entries are for the same place. */
static bool same_place(const char *a, const char *b)
{
    while (*a == *b && *a != ':' && *a != ' ' && *a != '\0')
        a++, b++;
    return (*a == ':' || *a == ' ' || *a == '\0') && (*b == ':' || *b == ' ' || *b == '\0');
}

static bool is_root(const char *entry)
{
    return same_place(entry, "/");
}

/* The entry of the command line for the place of this one, the last of several; `entry` if there is none. */
static const char *overridden(const char *entry)
{
    for (const char *other = NULL; (other = args_parameter_next(PARAMETER, other)) != NULL;)
        if (same_place(other, entry))
            entry = other;
    return entry;
}

static int mount_entry(const char *entry)
{
    const char *field[FIELDS];
    char *copy = split(entry, field);

    if (copy == NULL)
        return -ENOMEM;
    mount_one(field);
    heap_free(copy);
    return 0;
}

/* Whether the recipe's list has an entry for this place. */
static bool is_listed(const char *entry)
{
    for (const char *other = CONFIG_MOUNTS; other != NULL && *other != '\0'; other = next_of(other))
        if (same_place(other, entry))
            return true;
    return false;
}

/* All that are for "/", or all the others. */
static int mount_all(bool root)
{
    int error = 0;

    for (const char *entry = CONFIG_MOUNTS; entry != NULL && *entry != '\0' && error == 0;
         entry = next_of(entry))
        if (is_root(entry) == root)
            error = mount_entry(overridden(entry));
    for (const char *entry = NULL; error == 0 && (entry = args_parameter_next(PARAMETER, entry)) != NULL;)
        if (is_root(entry) == root && !is_listed(entry) && overridden(entry) == entry)
            error = mount_entry(entry);
    return error;
}

int mounts_init(void)
{
    int error = mount_all(true);

    return error != 0 ? error : mount_all(false);
}
