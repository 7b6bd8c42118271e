/* Does one thing, which its first argument names, inside a process image; exits with 42 if it comes that far.
 */
#include <boot_info.h>
#include <clock.h>
#include <console.h>
#include <console_input.h>
#include <host_calls.h>
#include <host_linux.h>
#include <page_protection.h>
#include <pages.h>
#include <panic.h>
#include <string.h>
#include <thread_pointer.h>

int main(int argc, char **argv);

static int is(const char *word, const char *name)
{
    return strcmp(word, name) == 0;
}

static long number(const char *text)
{
    long value = 0, sign = 1;

    if (*text == '-') {
        sign = -1;
        text++;
    }
    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (*text - '0');
    return sign * value;
}

/* Arguments, each with a NUL behind it. */
static int show_arguments(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        console_write(argv[i], strlen(argv[i]) + 1);
    return 42;
}

static int show_boot_info(void)
{
    size_t bytes = 0;

    for (size_t i = 0; i < boot_info.range_count; i++) {
        volatile char *range = (volatile char *)boot_info.ranges[i].start;
        size_t size = boot_info.ranges[i].end - boot_info.ranges[i].start;
        if (boot_info.ranges[i].start % PAGE_SIZE != 0 || size % PAGE_SIZE != 0)
            return 1;
        for (size_t at = 0; at < size; at += PAGE_SIZE)
            range[at] = 1;
        bytes += size;
    }
    panic_print("memory %lu initrd %lu\n", bytes, boot_info.initrd_size);
    if (boot_info.initrd != NULL)
        console_write(boot_info.initrd, boot_info.initrd_size);
    return 42;
}

static int echo(void)
{
    char buffer[5];
    size_t got;

    while ((got = console_read(buffer, sizeof(buffer))) > 0)
        console_write(buffer, got);
    return 42;
}

/* More than any pipe holds, each line with its number. */
static int flood(void)
{
    for (int line = 0; line < 20000; line++)
        panic_print("line %06d\n", line);
    return 42;
}

static int protect(void)
{
    static const unsigned char ret = 0xc3;
    uintptr_t page = boot_info.ranges[0].start;

    *(unsigned char *)page = ret;
    if (page_protect(page, 1, PAGE_WRITE | PAGE_EXEC) != -13 || page_protect(page, 1, PAGE_EXEC) != 0)
        return 1;
    ((void (*)(void))page)();
    if (page_protect(page, 1, PAGE_READ) != 0 || *(volatile unsigned char *)page != ret)
        return 2;
    if (page_protect(page, 1, PAGE_NONE) != 0 || page_protect(page, 1, PAGE_WRITE) != 0)
        return 3;
    *(volatile unsigned char *)page += 1;
    return 42;
}

static int thread_pointer(void)
{
    unsigned long block[2] = {0x1234, 0x5678}, value;

    for (int i = 0; i < 2; i++) {
        thread_pointer_set(&block[i]);
        __asm__ volatile("mov %%fs:0, %0" : "=r"(value));
        if (value != block[i])
            return 1;
    }
    return 42;
}

static int show_clock(void)
{
    uint64_t before = clock_monotonic(), after = clock_monotonic();

    panic_print("%lu\n", clock_realtime());
    return before != 0 && after >= before ? 42 : 1;
}

static void deeper(volatile char *above)
{
    volatile char here[256];

    here[0] = *above;
    if (here[0] == 0)
        deeper(here);
    here[1] = 0;
}

/* An address that the compiler knows nothing of. */
static volatile char *at(uintptr_t address)
{
    __asm__("" : "+r"(address));
    return (volatile char *)address;
}

static void misbehave(const char *how)
{
    static const char constant[] = "constant";
    volatile int zero = 0;
    char nothing = 0;

    if (is(how, "write-null"))
        *at(0) = 1;
    if (is(how, "read-null"))
        (void)*at(8);
    if (is(how, "write-constant"))
        *at((uintptr_t)constant) = 1;
    if (is(how, "write-code"))
        *at((uintptr_t)main) = 1;
    if (is(how, "execute-data")) {
        *at(boot_info.ranges[0].start) = (char)0xc3; /* the host maps a page when it is first touched */
        ((void (*)(void))boot_info.ranges[0].start)();
    }
    if (is(how, "wild"))
        *at((uintptr_t)1 << 63) = 1;
    if (is(how, "divide"))
        __asm__ volatile("idivl %0" : : "m"(zero), "a"(1), "d"(0));
    if (is(how, "invalid"))
        __builtin_trap();
    if (is(how, "overflow"))
        deeper(&nothing);
    if (is(how, "panic"))
        panic("%s", "on purpose");
    if (is(how, "write-initrd"))
        *at((uintptr_t)boot_info.initrd) = *at((uintptr_t)boot_info.initrd);
}

/* The call of the 32-bit ABI: exit(77). */
static void call_32(void)
{
    __asm__ volatile("int $0x80" : : "a"(1), "b"(77) : "memory");
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (is(what, "status"))
        return (int)number(argv[2]);
    if (is(what, "arguments"))
        return show_arguments(argc, argv);
    if (is(what, "default"))
        return 43;
    if (is(what, "boot-info"))
        return show_boot_info();
    if (is(what, "echo"))
        return echo();
    if (is(what, "flood"))
        return flood();
    if (is(what, "protect"))
        return protect();
    if (is(what, "thread-pointer"))
        return thread_pointer();
    if (is(what, "clock"))
        return show_clock();
    if (is(what, "call-32"))
        call_32();
    if (is(what, "call")) {
        long arg[7] = {0};
        for (int i = 2; i < argc && i < 9; i++)
            arg[i - 2] = number(argv[i]);
        panic_print("%ld\n", host_call(arg[0], arg[1], arg[2], arg[3], arg[4], arg[5], arg[6]));
    }
    misbehave(what);
    return argc > 1 ? 42 : 44;
}
