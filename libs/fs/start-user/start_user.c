/*
 * Who runs the application: from here on, when the root is filled and everything is mounted.
 */
#include <application_end.h> /* whoever mounts: it comes before */
#include <config.h>
#include <panic.h>
#include <users.h>

int start_user_init(void);

/* A number below 2^32 - 1, which is no id. */
static const char *read_id(const char *text, uint32_t *id)
{
    uint64_t value = 0;
    const char *at = text;

    while (*at >= '0' && *at <= '9' && value < UINT32_MAX)
        value = value * 10 + (uint64_t)(*at++ - '0');
    *id = (uint32_t)value;
    return at != text && value < UINT32_MAX ? at : "?";
}

int start_user_init(void)
{
    uint32_t user, group;
    const char *at = read_id(CONFIG_START_USER, &user);

    group = user;
    if (*at == ':')
        at = read_id(at + 1, &group);
    if (*at != '\0')
        panic("start-user: \"%s\" names no user", CONFIG_START_USER);
    for (int kind = USERS_REAL; kind < USERS_KINDS; kind++) {
        users_now.user[kind] = user;
        users_now.group[kind] = group;
    }
    return 0;
}
