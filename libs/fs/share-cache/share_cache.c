#include <share_cache.h>

#include <clock.h>
#include <errno.h>
#include <fs.h>
#include <string.h>

/*
 * Steps of times: those of Linux's file systems are ticks, 10 ms at most, and have parts below 10 ms; FAT's,
 * which have none, are two seconds.
 */
#define TICK INT64_C(10000000) /* ns */
#define FINE_STEP UINT64_C(10000000)
#define COARSE_STEP UINT64_C(2000000000)

uint64_t share_cache_time;
static uint64_t opening;

void share_cache_opening(void)
{
    opening = ++share_cache_time;
}

int share_cache_flags(const char *options)
{
    static const struct {
        const char *word;
        int flags;
    } words[] = {{"off", 0},
                 {"through", VNODE_CACHED | VNODE_SHARED},
                 {"back", VNODE_CACHED | VNODE_SHARED | VNODE_WRITTEN_BACK}};
    const char *text;
    size_t length;

    if (!fs_option(options, "pages", &text, &length))
        return words[1].flags;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && memcmp(words[i].word, text, length) == 0)
            return words[i].flags;
    return -EINVAL;
}

bool share_cache_keeps_names(const char *options)
{
    const char *text;
    size_t length;

    return fs_option(options, "names", &text, &length) && length == 4 && memcmp(text, "kept", 4) == 0;
}

static bool is_same(const struct share_content *content, const struct vnode_attributes *attributes)
{
    return content->size == attributes->size && content->modification_time == attributes->modification_time &&
           content->change_time == attributes->change_time;
}

void share_content_noted(struct vnode *file, struct share_content *content,
                         const struct vnode_attributes *attributes, uint64_t asked, uint64_t until)
{
    bool behind = content->changed > asked; /* they may be from before what the image has changed */

    if (asked < content->asked)
        return; /* later ones are here already */
    if (!is_same(content, attributes)) {
        file->flags |= VNODE_STALE;
        content->first_seen = clock_monotonic();
    }
    if (!behind || attributes->size > content->size)
        content->size = attributes->size;
    content->modification_time = attributes->modification_time;
    content->change_time = attributes->change_time;
    content->asked = asked;
    content->until = behind ? 0 : until;
    content->unnamed = attributes->links == 0;
    if (asked >= opening)
        file->flags &= (uint16_t)~VNODE_ASK;
}

void share_content_changed(struct share_content *content)
{
    content->changed = ++share_cache_time;
}

void share_content_written(struct share_content *content, uint64_t end)
{
    share_content_changed(content);
    if (end > content->size)
        content->size = end;
}

void share_content_read(struct share_content *content)
{
    uint64_t step = content->change_time % TICK != 0 ? FINE_STEP : COARSE_STEP;

    if (clock_monotonic() < content->first_seen + 2 * step)
        content->young = true;
}

void share_content_opened(struct vnode *file, struct share_content *content)
{
    if (content->asked < opening)
        file->flags |= VNODE_ASK;
    if (content->young)
        file->flags |= VNODE_STALE;
    content->young = false;
}
