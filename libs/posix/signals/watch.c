#include "signals_parts.h"

#include <stddef.h>

static struct signals_watcher *watchers;

void signals_notify(int signal)
{
    for (struct signals_watcher *watcher = watchers, *next; watcher; watcher = next) {
        next = watcher->next;
        watcher->notify(watcher, signal);
    }
}

void signals_watch(struct signals_watcher *watcher)
{
    watcher->next = watchers;
    watchers = watcher;
}

void signals_unwatch(struct signals_watcher *watcher)
{
    struct signals_watcher **place = &watchers;

    while (*place && *place != watcher)
        place = &(*place)->next;
    if (*place)
        *place = watcher->next;
}

linux_sigset signals_pending_of(linux_sigset set)
{
    return (signals_own_state()->pending.signals | signals_shared.signals) & set;
}

int signals_take(linux_sigset set, struct linux_siginfo *info)
{
    struct signal_state *self = signals_own_state();
    linux_sigset ready = signals_pending_of(set);
    int signal;

    if (!ready)
        return 0;
    signal = __builtin_ctzll(ready) + 1;
    signals_remove(self->pending.signals & signals_bit(signal) ? &self->pending : &signals_shared, signal,
                   info);
    return signal;
}
