/*
 * A store of keys and values of bounded size in memory of its own: a hash table with open addressing. A
 * request and its answer are text: `set KEY VALUE` -> `stored` or `full`; `get KEY` -> `value VALUE` or
 * `none`; `del KEY` -> `deleted` or `none`; anything else -> `what?`. KEY is at most STORE_KEY bytes without
 * a blank, VALUE at most STORE_VALUE bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define STORE_ENTRIES 1024u /* a power of two */
#define STORE_KEY 32u
#define STORE_VALUE 90u

struct store_entry {
    uint8_t state; /* 0: never used, and nothing stands behind it; 1: used; 2: deleted */
    uint8_t key_length;
    uint8_t value_length;
    char key[STORE_KEY];
    char value[STORE_VALUE];
};

static struct store_entry store_entries[STORE_ENTRIES];

/* The entry of a key; if there is none, one that is free for it, or NULL. */
static struct store_entry *store_find(const char *key, size_t length)
{
    struct store_entry *room = NULL;
    uint32_t hash = 2166136261u; /* FNV-1a */

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)key[i]) * 16777619u;
    for (uint32_t i = 0; i < STORE_ENTRIES; i++) {
        struct store_entry *entry = &store_entries[(hash + i) % STORE_ENTRIES];

        if (entry->state == 1 && entry->key_length == length && memcmp(entry->key, key, length) == 0)
            return entry;
        if (entry->state != 1 && !room)
            room = entry;
        if (entry->state == 0)
            break;
    }
    return room;
}

static size_t store_say(char *answer, const char *text)
{
    size_t length = strlen(text);

    memcpy(answer, text, length);
    return length;
}

/* Answers the request of `length` bytes at `text`, in place; `room` is at least 128. */
static size_t store_answer(char *text, size_t length)
{
    size_t key_end = 4;
    struct store_entry *entry;

    while (key_end < length && text[key_end] != ' ' && text[key_end] != '\n')
        key_end++;
    if (length <= 4 || text[3] != ' ' || key_end == 4 || key_end - 4 > STORE_KEY)
        return store_say(text, "what?");
    entry = store_find(text + 4, key_end - 4);
    if (memcmp(text, "set", 3) == 0 && key_end < length && length - key_end - 1 <= STORE_VALUE) {
        if (!entry)
            return store_say(text, "full");
        entry->state = 1;
        entry->key_length = (uint8_t)(key_end - 4);
        memcpy(entry->key, text + 4, entry->key_length);
        entry->value_length = (uint8_t)(length - key_end - 1);
        memcpy(entry->value, text + key_end + 1, entry->value_length);
        return store_say(text, "stored");
    }
    if (memcmp(text, "get", 3) != 0 && memcmp(text, "del", 3) != 0)
        return store_say(text, "what?");
    if (!entry || entry->state != 1)
        return store_say(text, "none");
    if (text[0] == 'd') {
        entry->state = 2;
        return store_say(text, "deleted");
    }
    memcpy(text, "value ", 6);
    memcpy(text + 6, entry->value, entry->value_length);
    return 6 + (size_t)entry->value_length;
}
