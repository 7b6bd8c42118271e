/*
 * The network's interfaces.
 */
#include "sockets.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

void test_interfaces(void)
{
    struct ifaddrs *list = NULL;
    struct if_nameindex *names = if_nameindex();
    char text[64] = "";

    report("getifaddrs", getifaddrs(&list));
    for (struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
        if (at->ifa_addr != NULL && at->ifa_addr->sa_family == AF_INET && !strcmp(at->ifa_name, "lo"))
            printf("%s %s %s\n", at->ifa_name,
                   inet_ntop(AF_INET, &((struct sockaddr_in *)at->ifa_addr)->sin_addr, text, sizeof(text)),
                   at->ifa_flags & IFF_LOOPBACK ? "loopback" : "");
    freeifaddrs(list);
    if (names != NULL)
        printf("%u %s\n", names[0].if_index, names[0].if_name);
    if_freenameindex(names);
}
