// sources: ../../vnode-table/vnode_table.c ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c ../../../drivers/share-channel/share_listing.c
// cflags: -UCONFIG_FUSE_CACHE -DCONFIG_FUSE_NODES=256
/*
 * The client against a server that keeps to the protocol and counts lookups and open files, against the same
 * one when it lies about one thing in one answer, when it falls silent, and when memory is short.
 */
#include "fuse_server.h"

/* How many requests each takes, so that none is added without a thought. */
static void count_requests(void)
{
    const struct vnode_new plain = {.mode = VNODE_FILE | 0600};
    struct vnode_attributes attributes;
    struct vnode *root, *file, *made;
    char byte[1];

    begin();
    assert(fuse_fs.mount("share0", NULL, &root) == 0);

    TAKES(1, root->ops->lookup(root, "a", 1, &file));
    TAKES(0, (file->ops->get(file, &attributes), 0));
    fake_now += UINT64_C(1000000000); /* for as long they hold */
    TAKES(1, (file->ops->get(file, &attributes), 0));
    assert(attributes.size == SIZE && attributes.access_time == INT64_C(1000000000005));
    TAKES(2, file->ops->read(file, byte, 1, 0));
    TAKES(1, file->ops->read(file, byte, 1, 0));
    TAKES(2, file->ops->write(file, byte, 1, 0));
    TAKES(1, file->ops->write(file, byte, 1, 0));
    TAKES(1, root->ops->create(root, "m", 1, &plain, &made));
    TAKES(1, made->ops->write(made, byte, 1, 0));
    TAKES(1, root->ops->unlink(root, "m", 1, made));
    vnode_put(file);
    vnode_put(made);
    assert(fuse_fs.unmount(root) == 0);
}

/* A name need not be looked up again for as long as the server has said, also when nobody has the file. */
static void remember_names(void)
{
    const struct vnode_new plain = {.mode = VNODE_FILE | 0600};
    struct vnode *root, *file, *again, *made;
    char byte[1];

    begin();
    name_valid = 1;
    assert(fuse_fs.mount("share0", NULL, &root) == 0);
    TAKES(1, root->ops->lookup(root, "a", 1, &file));
    TAKES(0, root->ops->lookup(root, "a", 1, &again));
    assert(file == again);
    TAKES(2, file->ops->read(file, byte, 1, 0));
    vnode_put(file);
    vnode_put(again);
    assert(open_files == 1);
    fake_settle();
    assert(open_files == 0 && lookups[FILE_A] == 1);
    TAKES(0, root->ops->lookup(root, "a", 1, &file));
    TAKES(2, file->ops->read(file, byte, 1, 0));
    assert(open_files == 1);
    fake_now += UINT64_C(1000000000);
    TAKES(1, root->ops->lookup(root, "a", 1, &again));
    assert(file == again);
    vnode_put(again);

    /* What the image itself changes is not believed any more. */
    TAKES(1, root->ops->unlink(root, "a", 1, file));
    TAKES(1, root->ops->lookup(root, "a", 1, &again));
    vnode_put(again);
    TAKES(1, root->ops->rename(root, "a", 1, file, root, "b", 1, NULL, 0));
    TAKES(1, root->ops->lookup(root, "a", 1, &again));
    vnode_put(again);
    vnode_put(file);
    TAKES(1, root->ops->create(root, "m", 1, &plain, &made));
    TAKES(0, root->ops->lookup(root, "m", 1, &again));
    vnode_put(again);
    TAKES(1, root->ops->unlink(root, "m", 1, made));
    vnode_put(made);

    assert(fuse_fs.unmount(root) == 0 && open_files == 0);
    for (unsigned i = 2; i < NODES; i++)
        assert(lookups[i] == 0);
    name_valid = 0;
}

/* They are not kept for ever, nor all of them. */
static void forget_names(void)
{
    struct vnode *root, *file;
    unsigned known = 0;
    char name[8];

    begin();
    name_valid = 1;
    assert(fuse_fs.mount("share0", NULL, &root) == 0);
    for (unsigned i = 0; i < NODES - MANY; i++) {
        size_t length = (size_t)snprintf(name, sizeof name, "f%u", i);

        assert(root->ops->lookup(root, name, length, &file) == 0);
        vnode_put(file);
        fake_settle();
    }
    for (unsigned i = MANY; i < NODES; i++)
        known += lookups[i] > 0;
    assert(known > CONFIG_FUSE_NODES - 32 && known <= CONFIG_FUSE_NODES + 32 && lookups[NODES - 1] == 1);
    fake_now += UINT64_C(1000000000);
    for (unsigned i = 0; i < 20; i++) { /* each time some of them go */
        assert(root->ops->lookup(root, "a", 1, &file) == 0);
        vnode_put(file);
        fake_settle();
    }
    for (unsigned i = MANY; i < NODES; i++)
        assert(lookups[i] == 0);
    assert(fuse_fs.unmount(root) == 0 && lookups[FILE_A] == 0);
    name_valid = 0;
}

static struct vnode *meanwhile_root, *meanwhile_file;

static void unlink_meanwhile(void)
{
    assert(meanwhile_root->ops->unlink(meanwhile_root, "a", 1, meanwhile_file) == 0);
}

static void write_meanwhile(void)
{
    assert(meanwhile_file->ops->write(meanwhile_file, "x", 1, SIZE) == 1);
}

/* What was under way when something changed tells of before or after it: nobody believes it for longer. */
static void doubt_what_was_asked_before(void)
{
    struct vnode_attributes attributes;
    struct vnode *again;

    begin();
    name_valid = 1;
    assert(fuse_fs.mount("share0", NULL, &meanwhile_root) == 0);
    assert(meanwhile_root->ops->lookup(meanwhile_root, "a", 1, &meanwhile_file) == 0);
    fake_now += UINT64_C(1000000000);
    fake_meanwhile = unlink_meanwhile;
    assert(meanwhile_root->ops->lookup(meanwhile_root, "a", 1, &again) == 0 && !fake_meanwhile);
    vnode_put(again);
    TAKES(1, meanwhile_root->ops->lookup(meanwhile_root, "a", 1, &again));
    vnode_put(again);

    /* The last request is answered first: GETATTR before the write is, and tells it after that. */
    fake_now += UINT64_C(1000000000);
    remembers = true;
    assert(meanwhile_file->ops->write(meanwhile_file, "x", 1, 0) == 1);
    fake_meanwhile = write_meanwhile;
    meanwhile_file->ops->get(meanwhile_file, &attributes);
    assert(!fake_meanwhile);
    TAKES(1, (meanwhile_file->ops->get(meanwhile_file, &attributes), 0));
    assert(attributes.size == SIZE + 1);
    TAKES(0, (meanwhile_file->ops->get(meanwhile_file, &attributes), 0));
    remembers = false;
    size_of_a = SIZE;
    vnode_put(meanwhile_file);
    assert(fuse_fs.unmount(meanwhile_root) == 0);
    name_valid = 0;
}

static void list_meanwhile_too(void)
{
    uint64_t state[2] = {0};

    assert(meanwhile_root->ops->entries(meanwhile_root, 0, taken_one, state) == 0);
}

/* Who lists a directory while another one does so has a handle of his own. */
static void list_meanwhile(void)
{
    uint64_t state[2] = {0};

    begin();
    assert(fuse_fs.mount("share0", NULL, &meanwhile_root) == 0);
    assert(meanwhile_root->ops->entries(meanwhile_root, 0, taken_one, state) == 0 && open_files == 1);
    opened_ever = 0;
    fake_meanwhile = list_meanwhile_too;
    assert(meanwhile_root->ops->entries(meanwhile_root, 0, taken_one, state) == 0 && !fake_meanwhile);
    assert(open_files == 1 && opened_ever == 2); /* for two answers */
    assert(fuse_fs.unmount(meanwhile_root) == 0 && open_files == 0);
}

/* Two threads open a file that is open to be read, both to write: the handles that nobody uses are closed. */
static void open_meanwhile(void)
{
    struct vnode *root;
    char byte[1];

    begin();
    assert(fuse_fs.mount("share0", NULL, &root) == 0);
    assert(root->ops->lookup(root, "a", 1, &meanwhile_file) == 0);
    assert(meanwhile_file->ops->read(meanwhile_file, byte, 1, 0) == 1);
    fake_meanwhile = write_meanwhile;
    assert(meanwhile_file->ops->write(meanwhile_file, "x", 1, 0) == 1 && !fake_meanwhile);
    assert(open_files == 2); /* the former one, which somebody may be reading by, and the new one */
    vnode_put(meanwhile_file);
    assert(fuse_fs.unmount(root) == 0 && open_files == 0 && lookups[FILE_A] == 0);
}

/* What came in an answer is there for who goes on; who looks the files up gets what is told of them. */
static void list_in_parts(void)
{
    uint64_t state[2] = {0};
    struct vnode *root, *file;

    begin();
    name_valid = 1;
    assert(fuse_fs.mount("share0", NULL, &root) == 0);
    plain_listings = full_listings = 0;
    TAKES(3, root->ops->entries(root, state[1], taken_one, state)); /* opens it, ".", "..", "a" and another */
    assert(state[0] == 1 && plain_listings == 2);
    TAKES(1, root->ops->lookup(root, "a", 1, &file));
    vnode_put(file);
    state[0] = 0;
    TAKES(1, root->ops->entries(root, state[1], taken_one, state));
    assert(state[0] == 1 && plain_listings == 2 && full_listings == 1);
    TAKES(0, root->ops->lookup(root, "d", 1, &file));
    vnode_put(file);
    state[0] = 0;
    TAKES(1, root->ops->entries(root, state[1], taken_one, state));
    assert(state[0] == 1 && full_listings == 2);
    TAKES(0, root->ops->lookup(root, "d", 1, &file)); /* known for longer: nobody lacks attributes */
    vnode_put(file);
    assert(!fuse_node_of(root)->looked_in);

    /* Another one has begun since that was asked for, perhaps because there is something new. */
    state[0] = 0;
    listed = root;
    assert(root->ops->entries(root, 0, taken_while_another_begins, state) == 0 && state[0] == 1);
    TAKES(1, root->ops->entries(root, state[1], taken_one, state)); /* which takes nothing */
    TAKES(0, root->ops->entries(root, state[1], taken_one, state));
    assert(fuse_fs.unmount(root) == 0);
    name_valid = 0;
}

/* However calls of threads lie within each other: the server is asked for nothing that it has forgotten, and
 * at the end all is closed and forgotten. */
static void do_much_at_once(void)
{
    for (unsigned round = 0; round < 200; round++) {
        begin();
        name_valid = 1;
        assert(fuse_fs.mount("share0", NULL, &busy_root) == 0);
        be_busy();
        assert(fuse_fs.unmount(busy_root) == 0 && open_files == 0 && fake_blocks == 0);
        for (unsigned i = 2; i < NODES; i++)
            assert(lookups[i] == 0);
    }
    name_valid = 0;
}

/* Mounts, does everything, ends; whether it could be mounted. */
static bool session(bool good)
{
    struct vnode *root;
    int error;

    begin();
    error = fuse_fs.mount("share0", NULL, &root);
    assert(error <= 0 && (!good || error == 0));
    if (error == 0) {
        use(root, good, VNODE_RENAME_NOREPLACE);
        assert(fuse_fs.unmount(root) == 0);
    }
    assert(fake_blocks == 0 && !fake_channel.mounted && pages_available() == FAKE_PAGES);
    /* Nothing is left behind on the server either. */
    for (unsigned i = 2; i < NODES && good; i++)
        assert(lookups[i] == 0);
    assert(open_files == 0 || !good);
    return error == 0;
}

int main(void)
{
    struct vnode *root, *file;
    int honest;

    count_requests();
    remember_names();
    forget_names();
    doubt_what_was_asked_before();
    open_meanwhile();
    list_meanwhile();
    list_in_parts();
    do_much_at_once();
    session(true);
    honest = answers;
    assert(honest > 25);
    for (lie = TRUTH + 1; lie < LIES; lie++)
        for (lie_at = 0; lie_at < honest; lie_at++)
            if (session(false))
                assert(lie_at >= 2 || lie == GARBAGE);
    lie = TRUTH;
    session(true);

    for (long i = 0;; i++) {
        fake_heap_fails_in = i;
        session(false);
        if (fake_heap_fails_in >= 0)
            break;
    }
    fake_heap_fails_in = -1;

    /* A server that falls silent: an error, once the time is up, and nothing stays. */
    begin();
    assert(fuse_fs.mount("share0", NULL, &root) == 0);
    assert(root->ops->lookup(root, "a", 1, &file) == 0);
    fake_silent = true;
    assert(file->ops->read(file, (char[10]){0}, 10, 0) == -EIO);
    assert(fake_channel.gone);
    assert(root->ops->lookup(root, "a", 1, &file) == -EIO);
    vnode_put(file);
    assert(fuse_fs.unmount(root) == 0 && fake_blocks == 0);
    assert(fuse_fs.mount("other", NULL, &root) == -ENODEV);
    return 0;
}
