#include "procfs.h"

#include <config.h>
#ifdef CONFIG_LIB_NET_DEVICE
#include <net_device.h>
#endif
#ifdef CONFIG_LIB_PACKET_FILTER
#include <packet_filter.h>
#include <string.h>
#endif

/* Interfaces are numbered in the order in which they were found: eth0, eth1. */
void procfs_net_dev(struct procfs_text *text, unsigned number)
{
    (void)number;
    procfs_print(text, "Inter-|   Receive                                                |  Transmit\n");
    procfs_print(text, " face |bytes    packets errs drop fifo frame compressed multicast|"
                       "bytes    packets errs drop fifo colls carrier compressed\n");
#ifdef CONFIG_LIB_NET_DEVICE
    unsigned interface = 0;

    for (size_t i = 0; i < net_drivers_count; i++)
        for (const struct net_device *device = *net_drivers[i]->devices; device != NULL;
             device = device->next) {
            const struct net_statistics *of = &device->statistics;

            procfs_print(text, "  eth%u: %llu %llu %llu %llu 0 0 0 0", interface++,
                         (unsigned long long)of->received_bytes, (unsigned long long)of->received_packets,
                         (unsigned long long)of->received_errors, (unsigned long long)of->received_dropped);
            procfs_print(text, " %llu %llu %llu %llu 0 0 0 0\n", (unsigned long long)of->sent_bytes,
                         (unsigned long long)of->sent_packets, (unsigned long long)of->sent_errors,
                         (unsigned long long)of->sent_dropped);
        }
#endif
}

#ifdef CONFIG_LIB_PACKET_FILTER
/* What the packet filter has let through, packets by direction and exchanges by rule. */
void procfs_net_filter(struct procfs_text *text, unsigned number)
{
    static const char *const names[] = {[PACKET_IN] = "in", [PACKET_OUT] = "out"};
    struct packet_filter_rule rule;

    (void)number;
    for (unsigned i = 0; i < 2; i++)
        procfs_print(text, "%s: %llu passed, %llu dropped\n", names[i],
                     (unsigned long long)packet_filter_counters.passed[i],
                     (unsigned long long)packet_filter_counters.dropped[i]);
    for (unsigned i = 0; packet_filter_rule(i, &rule); i++) {
        char words[96] = "";

        memcpy(words, rule.text, rule.length < sizeof(words) ? rule.length : sizeof(words) - 1);
        procfs_print(text, "%llu begun by: %s\n", (unsigned long long)rule.used, words);
    }
}
#endif
