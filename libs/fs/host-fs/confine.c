/*
 * The process gives up all files but those of its shares: landlock(7). The filter lets through calls with
 * names that it cannot look at; this is what stands behind the rules that node.c keeps. Nothing of it can be
 * taken back. An older host goes without.
 */
#include "host_fs.h"

#include <log.h>

/* include/uapi/linux/landlock.h */
#define VERSION 1u /* LANDLOCK_CREATE_RULESET_VERSION */
#define PATH_BENEATH 1
#define EXECUTE 1u
#define WRITE_FILE 2u
#define READ_FILE 4u
#define READ_DIR 8u
#define REFER (UINT64_C(1) << 13)    /* from version 2; before, nothing could be moved to another directory */
#define TRUNCATE (UINT64_C(1) << 14) /* from version 3 */
#define ALL(version) ((version) >= 3 ? 2 * TRUNCATE - 1 : 2 * REFER - 1)
#define VERSION_LEAST 2

struct ruleset {
    uint64_t handled_fs;
};

struct path_beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

static long restrict_to(const struct host_fs_parameter *shares, unsigned count, long version)
{
    const struct ruleset all = {.handled_fs = ALL(version)};
    long rules = host_call(HOST_CALL_LANDLOCK_CREATE_RULESET, (long)&all, sizeof all, 0, 0, 0, 0), error = 0;

    if (rules < 0)
        return rules;
    for (unsigned i = 0; i < count && error == 0; i++) {
        const struct path_beneath rule = {
            .allowed = shares[i].readonly ? READ_FILE | READ_DIR : all.handled_fs & ~(uint64_t)EXECUTE,
            .parent = shares[i].descriptor,
        };

        error = host_call(HOST_CALL_LANDLOCK_ADD_RULE, rules, PATH_BENEATH, (long)&rule, 0, 0, 0);
    }
    if (error == 0)
        error = host_call(HOST_CALL_LANDLOCK_RESTRICT_SELF, rules, 0, 0, 0, 0, 0);
    host_fs_close((int)rules);
    return error;
}

void host_fs_confine(void)
{
    struct host_fs_parameter shares[HOST_FS_SHARES];
    long version = host_call(HOST_CALL_LANDLOCK_CREATE_RULESET, 0, 0, VERSION, 0, 0, 0);
    unsigned count = 0;

    for (unsigned i = 0; i < HOST_FS_SHARES; i++)
        count += host_fs_share(i, &shares[count]);
    if (version < VERSION_LEAST || restrict_to(shares, count, version) < 0)
        log_write(LOG_NOTICE, "host-fs: this host cannot confine the process to its shares (Landlock)");
}
