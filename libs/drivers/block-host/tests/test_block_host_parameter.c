// instead: ../parameter.c
#include "../parameter.h"

#include <assert.h>
#include <string.h>

static struct block_host_parameter p;

int main(void)
{
    assert(block_host_parameter("3", &p) && p.descriptor == 3 && !p.read_only && !p.name[0]);
    assert(block_host_parameter("999999,name=data,readonly", &p));
    assert(p.descriptor == 999999 && p.read_only && strcmp(p.name, "data") == 0);
    assert(block_host_parameter("0,readonly,name=01234567890123456789", &p) && strlen(p.name) == 20);
    assert(!block_host_parameter("0,name=012345678901234567890", &p));
    assert(!block_host_parameter("", &p) && !block_host_parameter("x", &p) &&
           !block_host_parameter("3x", &p));
    assert(!block_host_parameter("1000000", &p) && !block_host_parameter("99999999999999999999", &p));
    assert(!block_host_parameter("3,", &p) && !block_host_parameter("3,name=", &p));
    assert(!block_host_parameter("3,readonlyx", &p) && !block_host_parameter("3,read", &p));
    return 0;
}
