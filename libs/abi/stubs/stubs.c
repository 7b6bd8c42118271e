#include <console.h>
#include <format.h>
#include <stubs.h>

void stubs_report(void)
{
    const char *lead = "unilith: missing system calls, answered with ENOSYS:";

    for (size_t i = 0; i < stub_count; i++) {
        char line[96];

        if (!stubs[i].calls)
            continue;
        console_write(line, format(line, sizeof line, "%s %s (%lu)", lead, stubs[i].name, stubs[i].calls));
        lead = ",";
    }
    if (*lead == ',')
        console_write("\n", 1);
}
