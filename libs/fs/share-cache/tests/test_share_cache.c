/*
 * Files of a server in the page cache, while others change them: what the image reads is what the server has,
 * as far as that is promised, and how many requests that takes. Then the same at random: reads, writes, cuts,
 * openings, and changes by others, with steps of the server's times that hide some of them, in both ways of
 * writing.
 */
// sources: ../../page-cache/page_cache.c ../../page-cache/store.c ../../page-cache/transfer.c
// sources: ../../page-cache/write_back.c ../../page-cache/mapped.c ../../page-cache/dirty.c
// sources: ../../page-cache/age.c ../../page-cache/shared.c ../../../memory/page-index/page_index.c
// cflags: -DCONFIG_LIB_SHARE_CACHE=1 -DCONFIG_PAGE_CACHE_PERCENT=50 -DCONFIG_PAGE_CACHE_SECONDS=5
#include "changing_server.h"

/* --- what is promised --- */

static void host_changes_between_openings(void)
{
    begin("");
    fill(1, 50000);
    now += SECOND;
    open_file();
    assert(read_byte(100) == there[100]);
    count_from_here();
    for (unsigned i = 0; i < 4000; i++)
        assert(read_byte(100 + i) == there[100 + i]);
    assert(asked == 0 && reads == 0);
    close_file();
    assert(closed == 1);

    /* It is the same: what was read when its times were new is read once more, and never again. */
    now += SECOND / 10;
    open_file();
    assert(read_byte(100) == there[100] && reads == 1);
    close_file();
    count_from_here();
    now += 5 * SECOND;
    open_file();
    assert(read_byte(100) == there[100] && asked == 1 && reads == 0);
    close_file();

    /* Another one of the same size. */
    fill(2, 50000);
    open_file();
    assert(read_byte(100) == there[100] && read_byte(40000) == there[40000]);
    close_file();
    fill(2, 100);
    open_file();
    assert(read_byte(99) == there[99] && read_byte(100) == -1000);
    close_file();
    end();
}

/* As soon as the time is over for which attributes hold, without another opening. */
static void host_changes_meanwhile(void)
{
    void *page;

    begin("pages=through");
    fill(1, 50000);
    now += SECOND;
    open_file();
    assert(read_byte(0) == there[0] && page_cache_pin(&file, 2, &page) == 0);
    now += SECOND / 2;
    fill(3, 60000);
    assert(read_byte(0) == (unsigned char)(there[0] - 2)); /* not yet */
    now += SECOND;
    assert(read_byte(0) == there[0] && read_byte(59999) == there[59999]);
    assert(memcmp(page, there + 8192, PAGE_SIZE) == 0); /* what is mapped, too */
    page_cache_unpin(&file, 2);
    close_file();
    end();
}

/* Twice in one step of the server's clock: the second change shows in no attribute. */
static void host_changes_twice_in_a_step(uint64_t of)
{
    begin("");
    step = of;
    now = (now / of + 1) * of;
    fill(1, 5000);
    open_file();
    assert(read_byte(7) == there[7]);
    close_file();
    fill(2, 5000);
    open_file();
    assert(read_byte(7) == there[7]);
    close_file();
    now += of / 2;
    fill(3, 5000);
    open_file();
    assert(read_byte(7) == there[7]);
    close_file();
    end();
}

static void written_through(void)
{
    begin("pages=through");
    fill(1, 20000);
    now += SECOND;
    open_file();
    assert(read_byte(5000) == there[5000]);
    count_from_here();
    assert(write_byte(5000, 77) == 1 && there[5000] == 77 && writes == 1);
    assert(read_byte(5000) == 77 && read_byte(5001) == there[5001] && reads == 0 && asked == 0);
    assert(write_byte(20000, 78) == 1 && there_size == 20001 && read_byte(20000) == 78);
    /* What others write at the same time cannot be told from that: it shows at the next opening. */
    fill(9, 20001);
    close_file();
    open_file();
    assert(read_byte(5000) == there[5000]);
    assert(file.ops->sync(&file, false) == 0 && syncs == 1);
    close_file();
    end();
}

static void written_back(void)
{
    unsigned seen = 0;
    void *page;

    begin("pages=back");
    fill(1, 20000);
    now += SECOND;
    open_file();
    count_from_here();
    for (unsigned i = 0; i < 9000; i++)
        assert(write_byte(i, 5) == 1);
    assert(writes == 0 && there[100] != 5 && read_byte(100) == 5);
    assert(file.ops->sync(&file, false) == 0 && syncs == 1 && there[8999] == 5 && writes <= 3);
    assert(write_byte(30000, 6) == 1 && there_size == 20000 && read_byte(30000) == 6 &&
           read_byte(25000) == 0);
    close_file();
    assert(there_size == 30001 && there[30000] == 6 && page_cache_dirty() == 0);

    /* Pages that are mapped. */
    open_file();
    assert(page_cache_pin(&file, 1, &page) == 0);
    memset(page, 0x55, PAGE_SIZE);
    page_cache_mark(&file, 1);
    page_cache_unpin(&file, 1);
    close_file();
    assert(there[5000] == 0x55);

    /* A server that is gone. */
    open_file();
    assert(read_byte(10) == there[10] && write_byte(10, 1) == 1);
    gone = true;
    assert(file.ops->sync(&file, false) == -EIO);
    now += 2 * SECOND;
    assert(read_byte(29000) == -EIO);
    assert(write_byte(29000, 1) == -EIO);
    gone = false;
    seen = page_cache_error_now(&file);
    close_file();
    assert(there[10] == 1);
    open_file();
    (void)page_cache_error(&file, &seen);
    close_file();
    end();
}

static void server_gone(void)
{
    begin("");
    fill(1, 20000);
    now += SECOND;
    open_file();
    assert(read_byte(10) == there[10]);
    gone = true;
    assert(write_byte(10, 1) == -EIO && read_byte(10) == -EIO);
    assert(file.ops->sync(&file, false) == -EIO);
    gone = false;
    assert(read_byte(10) == there[10]);
    gone = true;
    now += SECOND;
    assert(read_byte(10) == -EIO); /* also where it is in memory */
    gone = false;
    close_file();
    end();
}

/* A reader in sequence has few requests; one of large pieces has his own, and nothing is kept. */
static void in_sequence(void)
{
    static unsigned char data[MOST];

    begin("");
    fill(1, 600000);
    now += SECOND;
    open_file();
    count_from_here();
    for (size_t done = 0; done < 600000; done += 4000)
        assert(file.ops->read(&file, data, 4000, done) == 4000 && memcmp(data, there + done, 4000) == 0);
    assert(reads <= 8 && asked <= 1);
    page_cache_give_up(&file, 0, UINT64_MAX);
    assert(read_byte(300000) == there[300000]);
    count_from_here();
    assert(file.ops->read(&file, data, 600000, 0) == 600000 && memcmp(data, there, 600000) == 0);
    assert(reads == 2 && page_cache_pages() < 6);
    close_file();
    end();
}

static void words_of_mounts(void)
{
    assert(share_cache_flags("pages=off") == 0 && share_cache_flags("pages=on") == -EINVAL);
    assert(share_cache_flags("ro,pages=back") == (VNODE_CACHED | VNODE_SHARED | VNODE_WRITTEN_BACK));
    assert(share_cache_keeps_names("pages=off,names=kept") && !share_cache_keeps_names("names=keptt"));
    assert(!share_cache_keeps_names("names") && !share_cache_keeps_names(NULL));
    assert(share_cache_flags(NULL) == (VNODE_CACHED | VNODE_SHARED));
}

/* --- at random --- */

static unsigned long chance;

static unsigned draw(unsigned below)
{
    chance = chance * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(chance >> 33) % below;
}

static unsigned char view[MOST], buffer[MOST]; /* what the image sees, since it has opened the file */
static uint64_t view_size;
static bool exact; /* nobody else has changed it since then */

static void someone_changes(void)
{
    unsigned at = draw(60000), count = draw(3) ? draw(50) + 1 : draw(20000) + 1;

    for (unsigned i = 0; i < count; i++)
        buffer[i] = (unsigned char)draw(256);
    if (draw(5) == 0)
        cut_there(draw(70000));
    else
        put(buffer, count, at);
    exact = false;
}

static void image_writes(void)
{
    unsigned at = draw(60000), count = draw(3) ? draw(50) + 1 : draw(draw(3) ? 20000 : 100000) + 1;

    for (unsigned i = 0; i < count; i++)
        buffer[i] = (unsigned char)draw(256);
    assert(file.ops->write(&file, buffer, count, at) == (long)count);
    if (at > view_size)
        memset(view + view_size, 0, at - view_size);
    memcpy(view + at, buffer, count);
    if (at + count > view_size)
        view_size = at + count;
}

static void image_cuts(void)
{
    const struct vnode_attributes to = {.size = draw(70000)};

    assert(file.ops->set(&file, &to, VNODE_SET_SIZE) == 0);
    if (to.size > view_size)
        memset(view + view_size, 0, to.size - view_size);
    view_size = to.size;
}

static void image_reads(void)
{
    unsigned at = draw(70000), count = draw(4) ? draw(9000) + 1 : 300000;
    long got = file.ops->read(&file, buffer, count, at);

    assert(got >= 0);
    if (!exact)
        return;
    assert((uint64_t)got == (at >= view_size ? 0 : view_size - at < count ? view_size - at : count));
    assert(memcmp(buffer, view + at, (size_t)got) == 0);
}

static void at_random(const char *options, bool both_at_once)
{
    static const uint64_t steps[] = {MILLISECOND, 4 * MILLISECOND, 10 * MILLISECOND, 2 * SECOND};

    for (unsigned seed = 0; seed < 60; seed++) {
        begin(options);
        chance = seed;
        step = steps[seed % 4];
        valid = seed % 3 == 0 ? 10 * MILLISECOND : seed % 3 == 1 ? SECOND : 0;
        room = seed % 2 ? 1000 : 60;
        fill(seed, 50000);
        for (unsigned turn = 0; turn < 60; turn++) {
            for (unsigned i = draw(3); i > 0; i--) {
                someone_changes();
                now += draw(2) ? draw(3) * MILLISECOND : 0;
            }
            open_file();
            exact = true;
            memcpy(view, there, sizeof view);
            view_size = there_size;
            for (unsigned i = draw(12); i > 0; i--) {
                switch (draw(both_at_once ? 9 : 8)) {
                case 0:
                case 1:
                    image_writes();
                    break;
                case 2:
                    image_cuts();
                    break;
                case 3:
                    now += draw(4) ? draw(5) * MILLISECOND : draw(3 * 1000) * MILLISECOND;
                    break;
                case 4:
                    assert(file.ops->sync(&file, false) == 0);
                    break;
                case 8:
                    someone_changes();
                    break;
                default:
                    image_reads();
                }
            }
            close_file();
            if (exact)
                assert(there_size == view_size && memcmp(there, view, view_size) == 0);
            now += draw(4) ? draw(30) * MILLISECOND : 5 * SECOND;
        }
        end();
    }
    room = 1000;
}

int main(void)
{
    now += 1234567; /* within a step */
    room = 1000;
    words_of_mounts();
    host_changes_between_openings();
    host_changes_meanwhile();
    host_changes_twice_in_a_step(4 * MILLISECOND);
    host_changes_twice_in_a_step(2 * SECOND);
    written_through();
    written_back();
    server_gone();
    in_sequence();
    at_random("pages=through", true);
    at_random("pages=back", false);
    return 0;
}
