// sources: ../../vnode-table/vnode_table.c ../../../drivers/share-channel/share_channel.c
// sources: ../../../drivers/share-channel/share_transfer.c ../../../drivers/share-channel/share_listing.c
/*
 * The client against a server that keeps to the protocol and counts fids, against the same one when it lies
 * about one thing in one answer, when it falls silent, and when memory is short.
 */
#include "plan9_server.h"

/* How many requests each takes, so that none is added without a thought. */
static void count_requests(void)
{
    const struct vnode_new plain = {.mode = VNODE_FILE | 0600};
    struct vnode_attributes attributes;
    struct vnode *root, *file, *made;
    char byte[1];

    begin();
    assert(plan9_fs.mount("share0", NULL, &root) == 0);

    TAKES(2, root->ops->lookup(root, "a", 1, &file));
    TAKES(0, (file->ops->get(file, &attributes), 0));
    TAKES(3, file->ops->read(file, byte, 1, 0));
    TAKES(1, file->ops->read(file, byte, 1, 0));
    TAKES(3, file->ops->write(file, byte, 1, 0));
    TAKES(1, file->ops->write(file, byte, 1, 0));
    TAKES(2, root->ops->create(root, "m", 1, &plain, &made));
    TAKES(1, made->ops->write(made, byte, 1, 0));
    TAKES(2, root->ops->unlink(root, "m", 1, made));
    vnode_put(file);
    vnode_put(made);
    assert(plan9_fs.unmount(root) == 0);
}

static struct vnode *changing, *found_meanwhile;

static void look_up_meanwhile(void)
{
    assert(changing->ops->lookup(changing, "..", 2, &found_meanwhile) == 0);
    assert(found_meanwhile == changing);
}

/* A fid that a request under way names is no other one's yet, nor unknown, though the file has a new one. */
static void keep_fids_in_use(void)
{
    struct vnode *file;
    char byte[1];

    begin();
    assert(plan9_fs.mount("share0", NULL, &changing) == 0);
    assert(changing->ops->lookup(changing, "a", 1, &file) == 0);
    fake_meanwhile = look_up_meanwhile;
    assert(changing->ops->rename(changing, "a", 1, file, changing, "b", 1, NULL, 0) == 0);
    assert(!fake_meanwhile);
    vnode_put(found_meanwhile);
    assert(file->ops->read(file, byte, 1, 0) == 1);
    vnode_put(file);
    assert(plan9_fs.unmount(changing) == 0);
    for (size_t i = 0; i < sizeof fids / sizeof *fids; i++)
        assert(!fids[i]);
}

static void write_meanwhile(void)
{
    assert(changing->ops->write(changing, "x", 1, 0) == 1);
}

/* Attributes that were asked for before a change are not believed behind it. */
static void doubt_what_was_asked_before(void)
{
    struct vnode_attributes attributes;
    struct vnode *root;

    begin();
    assert(plan9_fs.mount("share0", "cache=1000", &root) == 0);
    assert(root->ops->lookup(root, "a", 1, &changing) == 0);
    assert(changing->ops->write(changing, "x", 1, 0) == 1);
    fake_meanwhile = write_meanwhile;
    changing->ops->get(changing, &attributes);
    assert(!fake_meanwhile);
    TAKES(1, (changing->ops->get(changing, &attributes), 0));
    TAKES(0, (changing->ops->get(changing, &attributes), 0));
    vnode_put(changing);
    assert(plan9_fs.unmount(root) == 0);
}

/* What came in an answer is there for who goes on. */
static void list_in_parts(void)
{
    uint64_t state[2] = {0};
    struct vnode *root;

    begin();
    assert(plan9_fs.mount("share0", NULL, &root) == 0);
    TAKES(4, root->ops->entries(root, 0, taken_one, state)); /* opens it, ".", "..", "a" and "l" */
    assert(state[0] == 1 && state[1] == 3);
    state[0] = 0;
    TAKES(1, root->ops->entries(root, 3, taken_one, state));
    assert(state[0] == 1 && state[1] == 4);
    state[0] = 0;
    TAKES(1, root->ops->entries(root, 3, taken_one, state)); /* elsewhere than it was left */
    assert(state[0] == 1 && state[1] == 4);

    /* Entries that go meanwhile are no error, if not all the time. */
    vanishing = 3;
    state[0] = 1;
    TAKES(4, root->ops->entries(root, 3, taken_one, state));
    vanishing = 1000;
    assert(root->ops->entries(root, 2, taken_one, state) == -ENOENT);
    vanishing = 0;

    /* Another one has begun since that was asked for, perhaps because there is something new. */
    state[0] = 0;
    listed = root;
    assert(root->ops->entries(root, 0, taken_while_another_begins, state) == 0 && state[0] == 1);
    TAKES(1, root->ops->entries(root, state[1], taken_one, state)); /* which takes nothing */
    TAKES(0, root->ops->entries(root, state[1], taken_one, state));
    assert(plan9_fs.unmount(root) == 0);
}

/* However calls of threads lie within each other: no fid is named that the server does not know, or does not
 * know to be open, and at the end it knows none. */
static void do_much_at_once(void)
{
    for (unsigned round = 0; round < 200; round++) {
        begin();
        assert(plan9_fs.mount("share0", NULL, &busy_root) == 0);
        be_busy();
        assert(plan9_fs.unmount(busy_root) == 0 && fake_blocks == 0);
        for (size_t i = 0; i < sizeof fids / sizeof *fids; i++)
            assert(!fids[i]);
    }
}

/* Mounts, does everything, ends; whether it could be mounted. */
static bool session(bool good)
{
    struct vnode *root;
    int error;

    begin();
    error = plan9_fs.mount("share0", "cache=5", &root);
    assert(error <= 0 && (!good || error == 0));
    if (error == 0) {
        use(root, good, 0);
        assert(plan9_fs.unmount(root) == 0);
    }
    assert(fake_blocks == 0 && !fake_channel.mounted && pages_available() == FAKE_PAGES);
    /* Nothing is left behind on the server either. */
    for (unsigned i = 0; i < 256; i++)
        assert(fids[i] == 0 || !good);
    return error == 0;
}

int main(void)
{
    struct vnode *root, *file;
    int honest;

    count_requests();
    keep_fids_in_use();
    doubt_what_was_asked_before();
    list_in_parts();
    do_much_at_once();
    session(true);
    honest = answers;
    assert(honest > 30);
    for (lie = TRUTH + 1; lie < LIES; lie++)
        for (lie_at = 0; lie_at < honest; lie_at++)
            if (session(false))
                assert(lie_at >= 3 || lie == CUT || lie == COUNT_TOO_LARGE || lie == GARBAGE);
    lie = TRUTH;
    session(true);

    /* Each allocation fails once; fids are given back all the same. */
    for (long i = 0;; i++) {
        bool mounted;

        fake_heap_fails_in = i;
        mounted = session(false);
        if (fake_heap_fails_in >= 0)
            break;
        for (unsigned f = 0; f < 256; f++)
            assert(fids[f] == 0 || !mounted);
    }
    fake_heap_fails_in = -1;

    /* A server that falls silent: an error, once the time is up, and nothing stays. */
    begin();
    assert(plan9_fs.mount("share0", NULL, &root) == 0);
    assert(root->ops->lookup(root, "a", 1, &file) == 0);
    fake_silent = true;
    assert(file->ops->read(file, (char[10]){0}, 10, 0) == -EIO);
    assert(fake_channel.gone);
    assert(root->ops->lookup(root, "a", 1, &file) == -EIO);
    vnode_put(file);
    assert(plan9_fs.unmount(root) == 0 && fake_blocks == 0);

    /* Folders below; names that do not fit; what is there already. */
    begin();
    assert(plan9_fs.mount("share0/d", NULL, &root) == 0);
    assert(plan9_fs.mount("share0", NULL, &root) == -EBUSY);
    assert(plan9_fs.unmount(root) == 0);
    begin();
    assert(plan9_fs.mount("share0/x", NULL, &root) == -ENOENT && fake_blocks == 0);
    assert(plan9_fs.mount("share0/a", NULL, &root) == -ENOTDIR && fake_blocks == 0);
    assert(plan9_fs.mount("other", NULL, &root) == -ENODEV);
    assert(plan9_fs.mount("share0", "cache=x", &root) == -EINVAL && fake_blocks == 0);
    return 0;
}
