/*
 * Does what the lines of its input say to an ext4 in an image file; for tests that compare and check
 * (tests/libs). Each line gives one line of output: a number (negative: an errno), or what was asked for. The
 * image is written back at "save" and at the end.
 *
 *     drive IMAGE [RECORD]      RECORD gets all writes and flushes (host.h)
 *
 * Content of files is made of a seed: the byte at position p is seed + (p % 251)^2.
 */
#include "paths.h"

#include <fs_trim.h>
#include <pages.h>

extern struct fs_trim ext4_trim;

static const char *image, *options;
static size_t image_bytes;

static uint32_t crc32(uint32_t sum, const unsigned char *data, size_t size)
{
    static uint32_t table[256];

    if (table[1] == 0)
        for (uint32_t i = 0; i < 256; i++) {
            table[i] = i;
            for (int bit = 0; bit < 8; bit++)
                table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
        }
    sum = ~sum;
    for (; size != 0; size--)
        sum = sum >> 8 ^ table[(sum ^ *data++) & 255];
    return ~sum;
}

static void save(void)
{
    FILE *file = fopen(image, "r+b");

    assert(file != NULL && fwrite(disk_bytes, 1, image_bytes, file) == image_bytes);
    fclose(file);
}

#define PIECES 64u

/* Whole pages that the file has already, every `step`th of them; returns how many bytes from the beginning on
 * are written, if that is every one. */
static long rewrite(struct vnode *file, const unsigned char *data, size_t size, uint64_t offset, size_t step)
{
    struct vnode_piece pieces[PIECES];
    size_t count = 0;
    long n;

    if (offset % PAGE_SIZE != 0)
        return 0;
    for (size_t at = 0; at + PAGE_SIZE <= size && count < PIECES; at += step * PAGE_SIZE)
        pieces[count++] = (struct vnode_piece){data + at, offset + at};
    n = file->ops->rewrite(file, pieces, count);
    assert(n <= (long)count);
    return n > 0 ? n * (long)PAGE_SIZE : n;
}

static long write_file(struct vnode *file, uint64_t offset, size_t size, unsigned seed)
{
    unsigned char *data = malloc(size);
    size_t done = 0;
    long n = 0;

    for (size_t i = 0; i < size; i++)
        data[i] = (unsigned char)(seed + (offset + i) % 251 * ((offset + i) % 251));
    (void)rewrite(file, data, size, offset, 2);
    while (done < size) { /* as write(2) does it: what there is room for */
        n = rewrite(file, data + done, size - done, offset + done, 1);
        if (n == 0)
            n = file->ops->write(file, data + done, size - done, offset + done);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    free(data);
    return done != 0 ? (long)done : n;
}

/* The sum of a range of a file; -errno. */
static long sum_file(struct vnode *file, uint64_t offset, size_t size)
{
    unsigned char *data = malloc(size);
    long n = file->ops->read(file, data, size, offset);
    long sum = n < 0 ? n : (long)crc32(0, data, (size_t)n);

    free(data);
    return sum;
}

struct names {
    char **names;
    size_t count, limit;
    uint64_t cookie;
};

static bool take(void *context, const char *name, size_t length, uint64_t inode, uint32_t type, uint64_t next)
{
    struct names *names = context;

    (void)inode, (void)type;
    if (names->limit-- == 0)
        return false;
    names->names = realloc(names->names, (names->count + 1) * sizeof(char *));
    names->names[names->count++] = strndup(name, length);
    assert(next > names->cookie);
    names->cookie = next;
    return true;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names, sorted; in pieces, to see that listings go on where they were. */
static int list(struct vnode *dir, struct names *names)
{
    size_t before;

    memset(names, 0, sizeof(*names));
    do {
        int error;
        before = names->count;
        names->limit = 7 + names->count;
        error = dir->ops->entries(dir, names->cookie, take, names);
        if (error != 0)
            return error;
    } while (names->count != before);
    if (names->count != 0)
        qsort(names->names, names->count, sizeof(char *), compare);
    return 0;
}

static void print_tree(struct vnode *node, const char *path, bool times)
{
    struct vnode_attributes a;

    memset(&a, 0, sizeof(a));
    node->ops->get(node, &a);
    printf("%s %o %u %u:%u %llu", *path != '\0' ? path : "/", a.mode, node == root ? 0 : a.links, a.user,
           a.group, (unsigned long long)(node->type == VNODE_DIRECTORY ? 0 : a.size));
    if (times)
        printf(" %lld", (long long)a.modification_time);
    if (node->type == VNODE_FILE || node->type == VNODE_SYMLINK)
        printf(" %ld", sum_file(node, 0, a.size + 1));
    if (node->type == VNODE_DEVICE)
        printf(" %u", a.special_device);
    printf(";");
    if (node->type == VNODE_DIRECTORY) {
        struct names names;
        int error = list(node, &names);
        if (error != 0)
            printf("! %d;", error);
        for (size_t i = 0; i < names.count; i++) {
            struct vnode *child;
            char *below = malloc(strlen(path) + strlen(names.names[i]) + 2);
            sprintf(below, "%s/%s", path, names.names[i]);
            error = node->ops->lookup(node, names.names[i], strlen(names.names[i]), &child);
            if (error == 0) {
                print_tree(child, below, times);
                vnode_put(child);
            } else {
                printf("%s ! %d;", below, error);
            }
            free(below);
            free(names.names[i]);
        }
        free(names.names);
    }
}

static int do_sync(const char *path, bool data_only)
{
    struct vnode *node;
    int error = find(path, &node);

    if (error != 0)
        return error;
    error = node->ops->sync(node, data_only);
    vnode_put(node);
    return error;
}

static int set(const char *path, unsigned which, uint64_t a, int64_t b)
{
    struct vnode_attributes attributes = {.size = a,
                                          .mode = (uint32_t)a,
                                          .user = (uint32_t)a,
                                          .group = (uint32_t)b,
                                          .access_time = (int64_t)a,
                                          .modification_time = b};
    struct vnode *node;
    int error = find(path, &node);

    if (error != 0)
        return error;
    if (which == VNODE_SET_SIZE && node->type != VNODE_FILE)
        error = node->type == VNODE_DIRECTORY ? -EISDIR : -EINVAL;
    else if (which != VNODE_SET_MODE || node->type != VNODE_SYMLINK)
        error = node->ops->set(node, &attributes, which);
    vnode_put(node);
    return error;
}

static void drop_slots(void)
{
    for (int i = 0; i < SLOTS; i++) {
        vnode_put(slots[i]);
        slots[i] = NULL;
    }
}

static long on_file(char **words)
{
    uint64_t a = strtoull(words[2] ? words[2] : "0", NULL, 0),
             b = strtoull(words[3] ? words[3] : "0", NULL, 0);
    struct vnode *file;
    long result = find(words[1], &file);

    if (result != 0)
        return result;
    if (strcmp(words[0], "hold") == 0) {
        vnode_put(slots[a]);
        slots[a] = file;
        return 0;
    }
    if (file->type == VNODE_DIRECTORY)
        result = -EISDIR;
    else if (file->type != VNODE_FILE)
        result = -EINVAL;
    else if (strcmp(words[0], "write") == 0)
        result = write_file(file, a, b, (unsigned)atoi(words[4]));
    else if (strcmp(words[0], "read") == 0)
        result = sum_file(file, a, b);
    else if (strcmp(words[0], "allocate") == 0)
        result = file->ops->allocate(file, (unsigned)strtoul(words[4], NULL, 0), a, b);
    vnode_put(file);
    return result;
}

static long execute(char **words)
{
    const char *verb = words[0];
    uint64_t a = strtoull(words[2] ? words[2] : "0", NULL, 0);

    if (strcmp(verb, "mount") == 0)
        return root != NULL ? -EBUSY : ext4_fs.mount("vda", options, &root);
    if (strcmp(verb, "fail") == 0)
        return disk_fails_after = atol(words[1]);
    if (strcmp(verb, "heapfail") == 0)
        return heap_fails_after = atol(words[1]);
    if (strcmp(verb, "keep") == 0) { /* the disk discards nothing from now on */
        disk.flags &= ~BLOCK_DEVICE_DISCARD;
        return 0;
    }
    if (strcmp(verb, "trim") == 0) { /* start, size, least run */
        uint64_t trimmed = 0;
        int error =
            ext4_trim.trim(root, strtoull(words[1], NULL, 0), a, strtoull(words[3], NULL, 0), &trimmed);
        return error != 0 ? error : (long)trimmed;
    }
    if (strcmp(verb, "save") == 0) {
        save();
        return 0;
    }
    if (strcmp(verb, "mark") == 0) { /* into the record */
        uint32_t number = (uint32_t)atoi(words[1]);
        if (disk_record != NULL) {
            fputc('M', disk_record);
            fwrite(&number, sizeof(number), 1, disk_record);
        }
        return 0;
    }
    if (root == NULL)
        return -ENODEV;
    if (strcmp(verb, "unmount") == 0) {
        struct vnode *node = root;
        root = NULL;
        drop_slots();
        return ext4_fs.unmount(node);
    }
    if (strcmp(verb, "busy") == 0) { /* -EBUSY: files are open */
        int error = ext4_fs.unmount(root);
        if (error != -EBUSY)
            root = NULL;
        return error;
    }
    if (strcmp(verb, "end") == 0) {
        ext4_fs.end(root);
        return 0;
    }
    if (strcmp(verb, "create") == 0)
        return make(words[1], VNODE_FILE | (uint32_t)strtoul(words[2], NULL, 8), 0, NULL);
    if (strcmp(verb, "mkdir") == 0)
        return make(words[1], VNODE_DIRECTORY | (uint32_t)strtoul(words[2], NULL, 8), 0, NULL);
    if (strcmp(verb, "symlink") == 0)
        return make(words[2], VNODE_SYMLINK | 0777, 0, words[1]);
    if (strcmp(verb, "mknod") == 0)
        return make(words[1], (uint32_t)strtoul(words[2], NULL, 8), (uint32_t)strtoul(words[3], NULL, 0),
                    NULL);
    if (strcmp(verb, "nameless") == 0) { /* O_TMPFILE, in a slot */
        struct vnode_new what = {.mode = VNODE_FILE | 0600, .time = VNODE_NOW};
        vnode_put(slots[a]);
        slots[a] = NULL;
        return root->ops->create(root, "", 0, &what, &slots[a]);
    }
    if (strcmp(verb, "link") == 0)
        return link_name(words[1], words[2]);
    if (strcmp(verb, "unlink") == 0)
        return remove_name(words[1], false);
    if (strcmp(verb, "rmdir") == 0)
        return remove_name(words[1], true);
    if (strcmp(verb, "rename") == 0)
        return rename_file(words[1], words[2], words[3] ? (unsigned)atoi(words[3]) : 0);
    if (strcmp(verb, "truncate") == 0)
        return set(words[1], VNODE_SET_SIZE, a, 0);
    if (strcmp(verb, "chmod") == 0)
        return set(words[1], VNODE_SET_MODE, strtoul(words[2], NULL, 8), 0);
    if (strcmp(verb, "chown") == 0)
        return set(words[1], VNODE_SET_USER | VNODE_SET_GROUP, a, strtoll(words[3], NULL, 0));
    if (strcmp(verb, "utimes") == 0)
        return set(words[1], VNODE_SET_ACCESS_TIME | VNODE_SET_MODIFICATION_TIME,
                   (uint64_t)strtoll(words[2], NULL, 0), strtoll(words[3], NULL, 0));
    if (strcmp(verb, "sync") == 0)
        return do_sync(words[1], words[2] != NULL);
    if (strcmp(verb, "drop") == 0) {
        vnode_put(slots[atoi(words[1])]);
        slots[atoi(words[1])] = NULL;
        return 0;
    }
    return on_file(words);
}

int main(int argc, char **argv)
{
    static char line[1 << 16];
    FILE *file;

    assert(argc >= 2);
    image = argv[1];
    options = getenv("OPTIONS");
    host_quiet = getenv("QUIET") != NULL;
    file = fopen(image, "rb");
    assert(file != NULL && fseek(file, 0, SEEK_END) == 0);
    image_bytes = (size_t)ftell(file);
    rewind(file);
    disk_open(image_bytes);
    assert(fread(disk_bytes, 1, image_bytes, file) == image_bytes);
    fclose(file);
    if (argc > 2)
        disk_record = fopen(argv[2], "wb");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        char *words[8] = {NULL};
        int count = 0;

        for (char *word = strtok(line, " \n"); word != NULL && count < 8; word = strtok(NULL, " \n"))
            words[count++] = word;
        if (count == 0)
            continue;
        if (strcmp(words[0], "tree") == 0 && root != NULL) {
            print_tree(root, "", words[1] != NULL);
            puts("");
        } else if (strcmp(words[0], "counts") == 0) {
            printf("%lu %lu %lu\n", disk_requests, disk_reads, disk_written);
        } else if (strcmp(words[0], "statfs") == 0 && root != NULL) {
            struct vnode_statfs s;
            root->ops->statfs(root, &s);
            printf("%llu %llu %llu\n", (unsigned long long)s.blocks, (unsigned long long)s.free_blocks,
                   (unsigned long long)s.free_files);
        } else {
            printf("%ld\n", execute(words));
        }
        fflush(stdout);
    }
    if (root != NULL) {
        heap_fails_after = disk_fails_after = -1;
        drop_slots();
        ext4_fs.unmount(root);
    }
    save();
    if (disk_record != NULL)
        fclose(disk_record);
    free(disk_bytes);
    return 0;
}
