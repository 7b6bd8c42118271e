#include "vdso_find.h"

#include <host_calls.h>
#include <host_linux.h>
#include <host_vdso.h>
#include <stddef.h>

void *host_vdso_function(const char *name)
{
    const void *image = (const void *)host_auxiliary(AT_SYSINFO_EHDR);

    return image != NULL ? vdso_find(image, name) : NULL;
}
