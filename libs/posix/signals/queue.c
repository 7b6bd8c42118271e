#include "signals_parts.h"

#include <errno.h>
#include <stddef.h>

static struct signal_entry pool[CONFIG_SIGNALS_QUEUED];
static struct signal_entry *given_back;
static unsigned never_used = CONFIG_SIGNALS_QUEUED;

static struct signal_entry *get(void)
{
    struct signal_entry *entry = given_back;

    if (entry)
        given_back = entry->next;
    else if (never_used)
        entry = &pool[--never_used];
    return entry;
}

/* Those of timers are not from the pool. */
static void release(struct signal_entry *entry)
{
    entry->signal = 0;
    if (entry->taken)
        return;
    entry->next = given_back;
    given_back = entry;
}

/* One of each ordinary signal waits at most, the first. What only says who sent it may be lost, as on Linux.
 */
int signals_add(struct signal_set *set, const struct linux_siginfo *info, struct signal_entry *entry)
{
    struct signal_entry **end = &set->first;

    if (info->signal < LINUX_SIGRTMIN && (set->signals & signals_bit(info->signal)))
        return 0;
    if (!entry)
        entry = get();
    if (entry) {
        entry->signal = info->signal;
        entry->code = info->code;
        entry->sender = info->process;
        entry->user = (int32_t)info->user;
        entry->value = info->value;
        entry->next = NULL;
        while (*end)
            end = &(*end)->next;
        *end = entry;
    } else if (info->signal >= LINUX_SIGRTMIN && info->code != LINUX_SI_USER) {
        return -EAGAIN;
    }
    set->signals |= signals_bit(info->signal);
    return 0;
}

void signals_remove(struct signal_set *set, int signal, struct linux_siginfo *info)
{
    struct signal_entry **place = &set->first, *entry, *more;

    *info = (struct linux_siginfo){.signal = signal, .code = LINUX_SI_USER};
    while (*place && (*place)->signal != signal)
        place = &(*place)->next;
    entry = *place;
    for (more = entry ? entry->next : NULL; more && more->signal != signal; more = more->next)
        ;
    if (!more)
        set->signals &= ~signals_bit(signal);
    if (!entry)
        return;
    *place = entry->next;
    if (entry->taken)
        entry->taken(entry);
    info->code = entry->code;
    info->process = entry->sender;
    info->user = (uint32_t)entry->user;
    info->value = entry->value;
    release(entry);
}

void signals_drop(struct signal_set *set, linux_sigset signals)
{
    struct signal_entry **place = &set->first, *entry;

    set->signals &= ~signals;
    while ((entry = *place)) {
        if (signals & signals_bit(entry->signal)) {
            *place = entry->next;
            if (entry->taken)
                entry->taken(entry);
            release(entry);
        } else {
            place = &entry->next;
        }
    }
}

void signals_entry_drop(struct signal_entry *wanted)
{
    struct signal_set *set = &signals_shared;
    struct signal_state *state = signals_first();

    while (wanted->signal) {
        struct signal_entry **place = &set->first;
        bool others = false;

        for (struct signal_entry *entry = set->first; entry; entry = entry->next)
            others |= entry != wanted && entry->signal == wanted->signal;
        while (*place && *place != wanted)
            place = &(*place)->next;
        if (*place) {
            *place = wanted->next;
            if (!others)
                set->signals &= ~signals_bit(wanted->signal);
            wanted->signal = 0;
        }
        if (!state)
            break;
        set = &state->pending;
        state = signals_after(state);
    }
}
