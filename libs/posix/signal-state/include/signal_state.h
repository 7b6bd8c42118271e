/*
 * What a thread has of its own for signals. All zeroes: nothing blocked, nothing pending, no alternate stack.
 * Whoever makes threads keeps one for each; a new thread inherits `blocked` and nothing else. Only the
 * library that implements signals looks inside.
 */
#pragma once

#include <linux_signal.h>
#include <stdbool.h>

struct wait_queue;

/* A signal that waits. Those of a timer belong to it; the others come from a pool, `taken` is NULL. */
struct signal_entry {
    struct signal_entry *next;
    int32_t signal; /* 0: does not wait */
    int32_t code;
    int32_t sender; /* process, or timer */
    int32_t user;   /* or overrun */
    uint64_t value;
    void (*taken)(
        struct signal_entry *entry); /* it is about to be delivered, and waits no more; may change the rest */
};

/* What waits, for a thread or for the process. */
struct signal_set {
    linux_sigset signals;
    struct signal_entry *first; /* in the order in which they came */
};

struct signal_state {
    linux_sigset blocked;
    linux_sigset before;        /* if `masked`: what is blocked again after the handlers */
    linux_sigset awaited;       /* taken by the one who waits for them, blocked or not */
    struct wait_queue *waiting; /* where it waits for them; NULL: it does not */
    struct signal_set pending;
    struct linux_stack alternate; /* no bytes: none */
    bool masked;
};
