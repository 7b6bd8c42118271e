/* Linked to the program that Linux starts first: when that ends, so does the machine. */
#include <sys/reboot.h>
#include <unistd.h>

__attribute__((destructor)) static void power_off(void)
{
    reboot(RB_POWER_OFF);
}
