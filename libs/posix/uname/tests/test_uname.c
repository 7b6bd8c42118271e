// instead: ../uname.c ../x86_64/machine_name.c
/* Six fields of 65 bytes, each ended by a NUL and zero behind it. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

long sys_uname(long names);

int main(void)
{
    struct utsname names;

    memset(&names, 0xff, sizeof names);
    assert(sys_uname((long)&names) == 0);
    assert(strcmp(names.sysname, "Linux") == 0 && strcmp(names.nodename, "unilith") == 0);
    assert(strcmp(names.machine, "x86_64") == 0 && names.release[sizeof names.release - 1] == 0);
    assert(((const char *)&names)[sizeof names - 1] == 0);
    puts("uname: ok");
    return 0;
}
