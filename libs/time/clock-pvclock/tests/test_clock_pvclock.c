/* The hypervisor's clock, and the counter where there is none; with and without a date. */
#include <assert.h>
#include <clock.h>
#include <cycle_counter.h>
#include <panic.h>
#include <pvclock.h>
#include <rtc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool on_kvm;
static uint64_t hypervisor, boot_time, ticks, date;
static int date_error;

bool pvclock_start(void)
{
    return on_kvm;
}

uint64_t pvclock_read(void)
{
    return hypervisor;
}

uint64_t pvclock_boot_time(void)
{
    return boot_time;
}

uint64_t cycle_counter_read(void)
{
    return ticks;
}

uint64_t cycle_counter_frequency(void)
{
    return 2000000000;
}

int rtc_read(uint64_t *seconds)
{
    *seconds = date;
    return date_error;
}

void panic(const char *message, ...)
{
    (void)message;
    abort();
}

static void kvm(void)
{
    on_kvm = true;
    hypervisor = 1000;
    boot_time = 1700000000000000007;
    assert(clock_monotonic() == 1000 && clock_realtime() == 1700000000000001007);
    hypervisor = 900; /* moved to another machine: time stands still rather than going back */
    assert(clock_monotonic() == 1000);
    hypervisor = 2000;
    assert(clock_monotonic() == 2000);
    clock_set_realtime(5000);
    hypervisor = 2010;
    assert(clock_realtime() == 5010);
}

static void kvm_without_wall_clock(void)
{
    on_kvm = true;
    hypervisor = 1000;
    date = 3;
    assert(clock_realtime() == 3000000000 && clock_monotonic() == 1000);
}

static void other(void)
{
    ticks = 4000000000;
    date_error = -1;
    assert(clock_monotonic() == 2000000000 && clock_realtime() == 2000000000);
    ticks += 2;
    assert(clock_monotonic() == 2000000001);
}

/* Each in a process of its own: what is found is found once. */
int main(void)
{
    void (*const cases[])(void) = {kvm, kvm_without_wall_clock, other};

    for (int i = 0; i < 3; i++) {
        int status;
        pid_t child = fork();

        if (child == 0) {
            cases[i]();
            _exit(0);
        }
        assert(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    }
    puts("clock-pvclock: ok");
    return 0;
}
