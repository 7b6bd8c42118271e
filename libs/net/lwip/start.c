#include <config.h>
#include <lwip/init.h>

#include "configuration.h"
#include "interfaces.h"
#include "timers.h"

int lwip_start(void);

int lwip_start(void)
{
    int error = 0;

    lwip_init();
    timers_start();
    loopback_start();
#ifdef CONFIG_LWIP_ETHERNET
    error = devices_start();
    if (error == 0)
        error = configuration_start();
#endif
    return error;
}
