/* What is written can be read again, to the oldest whole line that the ring still holds. */
// sources: ../../../base/format/format.c
// cflags: -DCONFIG_LOG_KIB=1
#include "../log_ring.h"

#include <assert.h>
#include <console.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

long sys_syslog(long action, char *buffer, long size);

static char console[8192];
static size_t console_length;

void console_write(const char *text, size_t len)
{
    assert(console_length + len < sizeof console);
    memcpy(console + console_length, text, len);
    console_length += len;
    console[console_length] = '\0';
}

static void reset(void)
{
    memset(&log_ring, 0, sizeof log_ring);
    log_console_level = CONFIG_LOG_CONSOLE_LEVEL;
    console_length = 0;
    console[0] = '\0';
    sys_syslog(5, NULL, 0);
}

static void lines_and_levels(void)
{
    char text[1024];

    reset();
    log_write(LOG_INFO, "disk %d is ready", 1);
    log_write(LOG_WARNING, "disk %s\n\x1b[2J", "two");
    assert(strcmp(console, "[     0.000000] disk two..[2J\n") == 0);
    long count = sys_syslog(3, text, sizeof text);
    static const char both[] = "<6>[     0.000000] disk 1 is ready\n<4>[     0.000000] disk two..[2J\n";
    assert(count == sizeof both - 1 && memcmp(text, both, (size_t)count) == 0);

    console_length = 0;
    log_print_unseen();
    assert(strcmp(console, "[     0.000000] disk 1 is ready\n") == 0);

    assert(sys_syslog(3, text, 40) == 33 && text[1] == '4'); /* only whole lines */
    assert(sys_syslog(3, text, 10) == 0);
    assert(sys_syslog(4, text, sizeof text) == count);
    assert(sys_syslog(3, text, sizeof text) == 0);
    log_write(LOG_ERROR, "%s", "");
    assert(sys_syslog(3, text, sizeof text) == 20);
}

static void long_lines_are_cut(void)
{
    char text[400], read[1024];

    reset();
    memset(text, 'x', sizeof text);
    text[sizeof text - 1] = '\0';
    log_write(LOG_DEBUG, "%s", text);
    long count = sys_syslog(3, read, sizeof read);
    assert(count == 3 + 16 + 159 + 1 && read[count - 1] == '\n' && read[count - 2] == 'x');
}

/* Every state of a ring that has gone round many times: whole lines only, the newest last. */
static void around(void)
{
    char text[1024];

    reset();
    for (int i = 0; i < 5000; i++) {
        char last[32];

        log_write(LOG_DEBUG, "%s", &"xxxxxxx"[i % 7]);
        log_write(LOG_DEBUG, "line %d", i);
        long count = sys_syslog(3, text, sizeof text);
        assert(count > 0 && count <= (long)LOG_BYTES && text[0] == '<' && text[count - 1] == '\n');
        int length = snprintf(last, sizeof last, "line %d\n", i);
        assert(memcmp(text + count - length, last, (size_t)length) == 0);
        assert(i < 100 || count > 1024 - 2 * 40);
    }
    console_length = 0;
    log_print_unseen();
    assert(console_length > 0 && console[0] == '[');
}

static void console_levels(void)
{
    reset();
    assert(sys_syslog(8, NULL, 0) == -EINVAL && sys_syslog(8, NULL, 9) == -EINVAL);
    assert(sys_syslog(8, NULL, 8) == 0);
    log_write(LOG_DEBUG, "a");
    assert(sys_syslog(6, NULL, 0) == 0 && sys_syslog(6, NULL, 0) == 0);
    log_write(LOG_ERROR, "b");
    assert(sys_syslog(7, NULL, 0) == 0);
    log_write(LOG_DEBUG, "c");
    assert(strcmp(console, "[     0.000000] a\n[     0.000000] c\n") == 0);
    assert(sys_syslog(10, NULL, 0) == 1024);
    assert(sys_syslog(2, NULL, 0) == -EINVAL && sys_syslog(9, NULL, 0) == -EINVAL);
    assert(sys_syslog(3, NULL, 10) == -EINVAL && sys_syslog(3, console, -1) == -EINVAL);
    assert(sys_syslog(0, NULL, 0) == 0 && sys_syslog(1, NULL, 0) == 0);
}

int main(void)
{
    lines_and_levels();
    long_lines_are_cut();
    around();
    console_levels();
    return 0;
}
