/*
 * lwIP's periodic work, each kind on a timer of the kernel; TCP's runs while there are connections.
 */
#include <clock.h>
#include <ktimer.h>
#include <lwip/arch.h>
#include <lwip/dhcp.h>
#include <lwip/etharp.h>
#include <lwip/igmp.h>
#include <lwip/ip4_frag.h>
#include <lwip/ip6_frag.h>
#include <lwip/mld6.h>
#include <lwip/nd6.h>
#include <lwip/priv/tcp_priv.h>
#include <lwip/sys.h>

#include "account.h"
#include "interfaces.h"
#include "timers.h"

#define MILLISECOND 1000000u /* nanoseconds */

struct periodic {
    struct ktimer timer;
    u32_t interval; /* milliseconds */
    void (*work)(void);
};

static void expired(struct ktimer *timer);

static struct periodic periodic[] = {
#if IP_REASSEMBLY
    {.interval = IP_TMR_INTERVAL, .work = ip_reass_tmr},
#endif
#if LWIP_ARP
    {.interval = ARP_TMR_INTERVAL, .work = etharp_tmr},
#endif
#if LWIP_DHCP
    {.interval = DHCP_COARSE_TIMER_MSECS, .work = dhcp_coarse_tmr},
    {.interval = DHCP_FINE_TIMER_MSECS, .work = dhcp_fine_tmr},
#endif
#if LWIP_IGMP
    {.interval = IGMP_TMR_INTERVAL, .work = igmp_tmr},
#endif
#if LWIP_IPV6
    {.interval = ND6_TMR_INTERVAL, .work = nd6_tmr},
    {.interval = IP6_REASS_TMR_INTERVAL, .work = ip6_reass_tmr},
    {.interval = MLD6_TMR_INTERVAL, .work = mld6_tmr},
#endif
#ifdef CONFIG_LWIP_ACCOUNT
    {.interval = 1000, .work = lwip_account_write},
#endif
};

/* What cards have sent is TCP's again before it looks for what is overdue. */
static void tcp_work(void)
{
    interfaces_reclaim();
    tcp_tmr();
}

static struct periodic tcp = {.interval = TCP_TMR_INTERVAL, .work = tcp_work};

static void start(struct periodic *which)
{
    which->timer.expired = expired;
    ktimer_start(&which->timer, clock_monotonic() + (uint64_t)which->interval * MILLISECOND);
}

static void expired(struct ktimer *timer)
{
    struct periodic *which = (struct periodic *)timer;

    which->work();
    interfaces_flush();
    if (which != &tcp || tcp_active_pcbs != NULL || tcp_tw_pcbs != NULL)
        start(which);
}

void tcp_timer_needed(void)
{
    if (!ktimer_armed(&tcp.timer))
        start(&tcp);
}

void timers_start(void)
{
    for (size_t i = 0; i < LWIP_ARRAYSIZE(periodic); i++)
        start(&periodic[i]);
}

u32_t sys_now(void)
{
    return (u32_t)(clock_monotonic() / MILLISECOND);
}
