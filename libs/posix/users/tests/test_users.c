/* Ids against credentials(7), said another way: which of the three ids a process has may become which. */
#include "../ids.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void *heap_alloc(size_t size)
{
    return malloc(size);
}

void heap_free(void *memory)
{
    free(memory);
}

long sys_getgroups(long size, uint32_t *list);
long sys_setgroups(size_t size, const uint32_t *list);
long sys_setuid(uint32_t id);

static bool among(uint32_t id, const uint32_t *ids, int count)
{
    for (int i = 0; i < count; i++)
        if (ids[i] == id)
            return true;
    return false;
}

/* Whatever is asked for: a process that is not privileged only ever has ids that it had; an error changes
 * nothing. */
static void unprivileged(void)
{
    for (int i = 0; i < 100000; i++) {
        uint32_t before[USERS_KINDS], ids[USERS_KINDS], wanted[3];
        long result;
        int what = rand() % 4;

        for (int kind = 0; kind < USERS_KINDS; kind++)
            before[kind] = ids[kind] = (uint32_t)(rand() % 4);
        for (int kind = 0; kind < 3; kind++)
            wanted[kind] = rand() % 3 == 0 ? USERS_SAME : (uint32_t)(rand() % 4);
        result = what == 0   ? users_ids_set(ids, wanted[0], false)
                 : what == 1 ? users_ids_set_two(ids, wanted[0], wanted[1], false)
                 : what == 2 ? users_ids_set_three(ids, wanted, false)
                             : users_ids_set_for_files(ids, wanted[0], false);
        for (int kind = 0; kind < USERS_FILES; kind++) {
            assert(among(ids[kind], before, 3));
            if (result < 0 || what == 3)
                assert(ids[kind] == before[kind]);
        }
        if (what == 3)
            assert(result == before[USERS_FILES] &&
                   (ids[USERS_FILES] == before[USERS_FILES] || among(ids[USERS_FILES], before, 3)));
        else
            assert(ids[USERS_FILES] ==
                   (result < 0 ? before : ids)[result < 0 ? USERS_FILES : USERS_EFFECTIVE]);
        if (what == 2 && result == 0)
            for (int kind = 0; kind < 3; kind++)
                assert(ids[kind] == (wanted[kind] == USERS_SAME ? before[kind] : wanted[kind]));
    }
}

static void groups(void)
{
    const uint32_t some[] = {9, 3, 7, 3}, bad[] = {1, UINT32_MAX};
    uint32_t list[4];

    assert(sys_getgroups(0, NULL) == 0);
    assert(sys_setgroups(4, some) == 0);
    assert(sys_getgroups(0, NULL) == 4 && sys_getgroups(3, list) == -EINVAL && sys_getgroups(4, list) == 4);
    assert(list[0] == 3 && list[1] == 3 && list[2] == 7 && list[3] == 9);
    assert(users_have_group(USERS_FILES, 7) && !users_have_group(USERS_FILES, 8));
    assert(sys_setgroups(2, bad) == -EINVAL && sys_getgroups(0, NULL) == 4);
    assert(sys_setuid(5) == 0 && sys_setgroups(0, NULL) == -EPERM);
    users_begin_program(0, 8, 06755);
    assert(users_now.user[USERS_SAVED] == 0 && users_now.user[USERS_REAL] == 5);
    assert(users_now.group[USERS_FILES] == 8 && users_have_group(USERS_FILES, 8));
    assert(sys_setgroups(0, NULL) == 0 && sys_getgroups(0, NULL) == 0);
}

int main(void)
{
    srand(1);
    unprivileged();
    groups();
    puts("users: ok");
    return 0;
}
