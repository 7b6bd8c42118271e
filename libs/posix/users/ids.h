/*
 * What setuid(2) and its relatives do, for users and for groups alike: `ids` are those of the process, of
 * USERS_KINDS kinds; `privileged` may set any.
 */
#pragma once

#include <errno.h>
#include <users.h>

#define USERS_SAME UINT32_MAX /* leave this one; as an id it is none */

static inline bool users_ids_hold(const uint32_t *ids, uint32_t id)
{
    return id == ids[USERS_REAL] || id == ids[USERS_EFFECTIVE] || id == ids[USERS_SAVED];
}

static inline long users_ids_set(uint32_t *ids, uint32_t id, bool privileged)
{
    if (id == USERS_SAME)
        return -EINVAL;
    if (privileged)
        ids[USERS_REAL] = ids[USERS_SAVED] = id;
    else if (id != ids[USERS_REAL] && id != ids[USERS_SAVED])
        return -EPERM;
    ids[USERS_EFFECTIVE] = ids[USERS_FILES] = id;
    return 0;
}

/* setreuid(2): who sets the real id, or another effective one than that, loses the saved one. */
static inline long users_ids_set_two(uint32_t *ids, uint32_t real, uint32_t effective, bool privileged)
{
    uint32_t before = ids[USERS_REAL];

    if (!privileged && real != USERS_SAME && real != before && real != ids[USERS_EFFECTIVE])
        return -EPERM;
    if (!privileged && effective != USERS_SAME && !users_ids_hold(ids, effective))
        return -EPERM;
    if (real != USERS_SAME)
        ids[USERS_REAL] = real;
    if (effective != USERS_SAME)
        ids[USERS_EFFECTIVE] = effective;
    if (real != USERS_SAME || (effective != USERS_SAME && effective != before))
        ids[USERS_SAVED] = ids[USERS_EFFECTIVE];
    ids[USERS_FILES] = ids[USERS_EFFECTIVE];
    return 0;
}

static inline long users_ids_set_three(uint32_t *ids, const uint32_t wanted[3], bool privileged)
{
    for (int kind = USERS_REAL; kind <= USERS_SAVED; kind++)
        if (!privileged && wanted[kind] != USERS_SAME && !users_ids_hold(ids, wanted[kind]))
            return -EPERM;
    for (int kind = USERS_REAL; kind <= USERS_SAVED; kind++)
        if (wanted[kind] != USERS_SAME)
            ids[kind] = wanted[kind];
    ids[USERS_FILES] = ids[USERS_EFFECTIVE];
    return 0;
}

/* setfsuid(2): the answer is the id before, whatever comes of it. */
static inline long users_ids_set_for_files(uint32_t *ids, uint32_t id, bool privileged)
{
    uint32_t before = ids[USERS_FILES];

    if (id != USERS_SAME && (privileged || users_ids_hold(ids, id)))
        ids[USERS_FILES] = id;
    return before;
}
