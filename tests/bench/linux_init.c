/*
 * The only program beside the server in the Linux guest that images are compared with: it loads the modules
 * that the network card needs, gives the card the address that QEMU's user networking expects, and becomes
 * the server.
 *
 *     init MODULE... -- SERVER ARGUMENT...      from the file /init.args, one word a line
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define WORDS 64

static char text[4096];
static char *words[WORDS + 1];

static void load(const char *module)
{
    int file = open(module, O_RDONLY | O_CLOEXEC);

    if (file < 0 || syscall(SYS_finit_module, file, "", 0) != 0)
        perror(module);
    close(file);
}

static void set_address(int control, const char *card, unsigned long request, const char *address)
{
    struct ifreq change = {0};
    struct sockaddr_in *to = (struct sockaddr_in *)&change.ifr_addr;

    strcpy(change.ifr_name, card);
    to->sin_family = AF_INET;
    inet_pton(AF_INET, address, &to->sin_addr);
    if (ioctl(control, request, &change) != 0)
        perror(card);
}

static void bring_up(int control, const char *card)
{
    struct ifreq change = {.ifr_flags = IFF_UP | IFF_RUNNING};

    strcpy(change.ifr_name, card);
    if (ioctl(control, SIOCSIFFLAGS, &change) != 0)
        perror(card);
}

static void connect_card(void)
{
    int control = socket(AF_INET, SOCK_DGRAM, 0);
    struct rtentry route = {.rt_flags = RTF_UP | RTF_GATEWAY};
    struct sockaddr_in *gateway = (struct sockaddr_in *)&route.rt_gateway;

    bring_up(control, "lo");
    set_address(control, "eth0", SIOCSIFADDR, "10.0.2.15");
    set_address(control, "eth0", SIOCSIFNETMASK, "255.255.255.0");
    bring_up(control, "eth0");
    route.rt_dst.sa_family = route.rt_genmask.sa_family = gateway->sin_family = AF_INET;
    inet_pton(AF_INET, "10.0.2.2", &gateway->sin_addr);
    if (ioctl(control, SIOCADDRT, &route) != 0)
        perror("route");
    close(control);
}

int main(void)
{
    int file, count = 0, at = 0;

    mount("none", "/dev", "devtmpfs", 0, NULL);
    mount("none", "/proc", "proc", 0, NULL);
    mount("none", "/sys", "sysfs", 0, NULL);
    setrlimit(RLIMIT_NOFILE, &(struct rlimit){65536, 65536});
    file = open("/init.args", O_RDONLY | O_CLOEXEC);
    if (file < 0 || read(file, text, sizeof(text) - 1) <= 0) {
        perror("/init.args");
        return 1;
    }
    for (char *word = strtok(text, "\n"); word != NULL && count < WORDS; word = strtok(NULL, "\n"))
        words[count++] = word;
    for (; at < count && strcmp(words[at], "--") != 0; at++)
        load(words[at]);
    connect_card();
    if (at + 1 < count) {
        execv(words[at + 1], words + at + 1);
        perror(words[at + 1]);
    }
    return 1;
}
