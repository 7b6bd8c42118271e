#include "account.h"

#include <console.h>
#include <format.h>
#include <lwip/memp.h>
#include <lwip/priv/memp_priv.h>
#include <pages.h>

uint32_t lwip_account_sockets, lwip_account_buffers, lwip_account_blocks;

void lwip_account_write(void)
{
    char line[192];
    size_t length = format(
        line, sizeof(line),
        "lwip: %u connections, %u listeners, %u segments, %u ends of UDP, %u sockets, %u reassembled, %u "
        "references, %u buffers, %u blocks; %lu pages free\n",
        lwip_account_used(MEMP_TCP_PCB), lwip_account_used(MEMP_TCP_PCB_LISTEN),
        lwip_account_used(MEMP_TCP_SEG), lwip_account_used(MEMP_UDP_PCB), lwip_account_sockets,
        lwip_account_used(MEMP_REASSDATA), lwip_account_used(MEMP_PBUF), lwip_account_buffers,
        lwip_account_blocks, (unsigned long)pages_available());

    console_write(line, length);
}
