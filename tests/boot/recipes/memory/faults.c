#include "cases.h"

#include <setjmp.h>
#include <signal.h>

static sigjmp_buf back;
static volatile int signal_number, signal_code;
static void *volatile signal_address;

static void note(int number, siginfo_t *information, void *context)
{
    (void)context;
    signal_number = number;
    signal_code = information->si_code;
    signal_address = information->si_addr;
    siglongjmp(back, 1);
}

static void catch_faults(void)
{
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO};

    CHECK(sigaction(SIGSEGV, &action, NULL) == 0 && sigaction(SIGBUS, &action, NULL) == 0);
}

enum access { READ, WRITE, EXECUTE };

/* Whether the access ends in this signal, at this address. */
static int faults(char *at, enum access access, int number, int code)
{
    signal_number = 0;
    if (sigsetjmp(back, 1) == 0) {
        if (access == READ)
            peek(at);
        else if (access == WRITE)
            poke(at, 1);
        else
            ((void (*)(void))(uintptr_t)at)();
    }
    if (signal_number == number && signal_code == code && signal_address == at)
        return 1;
    printf("signal %d, code %d, at %p\n", signal_number, signal_code, signal_address);
    return 0;
}

void fault_kinds(void)
{
    char *start = map(8 * PAGE, READ_WRITE, PRIVATE);

    catch_faults();
    memset(start, 0xc3, 4 * PAGE); /* ret: if it is executed, it comes back */
    CHECK(faults(NULL, READ, SIGSEGV, SEGV_MAPERR) && faults((char *)8, WRITE, SIGSEGV, SEGV_MAPERR));
    CHECK(mprotect(start + PAGE, PAGE, PROT_READ) == 0 && mprotect(start + 2 * PAGE, PAGE, PROT_NONE) == 0);
    CHECK(faults(start + PAGE + 9, WRITE, SIGSEGV, SEGV_ACCERR) && peek(start + PAGE + 9) == 0xc3);
    CHECK(faults(start + 2 * PAGE, READ, SIGSEGV, SEGV_ACCERR));
    CHECK(faults(start + 2 * PAGE, WRITE, SIGSEGV, SEGV_ACCERR));
    CHECK(faults(start + 3 * PAGE, EXECUTE, SIGSEGV, SEGV_ACCERR));
    CHECK(faults(start + 5 * PAGE, EXECUTE, SIGSEGV, SEGV_ACCERR)); /* never touched before */
    CHECK(mprotect(start + 6 * PAGE, PAGE, PROT_READ) == 0);
    CHECK(faults(start + 6 * PAGE + 1, WRITE, SIGSEGV, SEGV_ACCERR) && peek(start + 6 * PAGE) == 0);
    CHECK(munmap(start + 4 * PAGE, PAGE) == 0);
    CHECK(faults(start + 4 * PAGE + 100, READ, SIGSEGV, SEGV_MAPERR));
    CHECK(munmap(start, 8 * PAGE) == 0 && faults(start, WRITE, SIGSEGV, SEGV_MAPERR));
}

void file_faults(void)
{
    int fd = open("/fault-test", O_RDWR | O_CREAT, 0600);
    char *start;

    catch_faults();
    CHECK(fd >= 0 && write(fd, "x", 1) == 1);
    start = mmap(NULL, 3 * PAGE, READ_WRITE, MAP_SHARED, fd, 0);
    CHECK(start != MAP_FAILED && peek(start) == 'x' && peek(start + PAGE - 1) == 0);
    CHECK(faults(start + PAGE, READ, SIGBUS, BUS_ADRERR) &&
          faults(start + 2 * PAGE + 3, WRITE, SIGBUS, BUS_ADRERR));
    CHECK(ftruncate(fd, (off_t)(2 * PAGE)) == 0 && peek(start + PAGE) == 0);
    CHECK(munmap(start, 3 * PAGE) == 0);
    start = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    CHECK(start != MAP_FAILED && faults(start + 2 * PAGE, READ, SIGBUS, BUS_ADRERR));
    CHECK(faults(start + PAGE, WRITE, SIGSEGV, SEGV_ACCERR));
    CHECK(munmap(start, 3 * PAGE) == 0 && close(fd) == 0 && unlink("/fault-test") == 0);
}

/* What the kernel reads and writes for a call is fetched like what the program touches. */
void faults_in_calls(void)
{
    char *start = map(6 * PAGE, READ_WRITE, PRIVATE);
    int fd = open("/call-test", O_RDWR | O_CREAT, 0600);

    CHECK(fd >= 0 && write(fd, start + PAGE - 5, PAGE) == (ssize_t)PAGE); /* zeroes, of two new pages */
    CHECK(pwrite(fd, "end", 3, PAGE) == 3);
    CHECK(pread(fd, start + 4 * PAGE - 2, 4, PAGE - 1) == 4 && memcmp(start + 4 * PAGE - 2, "\0end", 4) == 0);
    CHECK(munmap(start, 6 * PAGE) == 0);
    start = mmap(NULL, 2 * PAGE, READ_WRITE, MAP_SHARED, fd, 0); /* from a file into itself */
    CHECK(start != MAP_FAILED && pread(fd, start, 3, PAGE) == 3 && memcmp(start, "end", 3) == 0);
    CHECK(pwrite(fd, start + PAGE, 2, 100) == 2);
    CHECK(munmap(start, 2 * PAGE) == 0 && close(fd) == 0 && unlink("/call-test") == 0);
}

/* Down as far as so many frames of a page each reach. */
static __attribute__((noinline)) int descend(int frames)
{
    volatile char room[PAGE - 64];

    room[0] = (char)frames;
    if (frames > 0)
        room[1] = (char)descend(frames - 1);
    return room[0] + (room[1] & 0);
}

void deep_stack(void)
{
    static char spare[64 << 10];
    const stack_t alternate = {.ss_sp = spare, .ss_size = sizeof spare};
    struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_ONSTACK};

    CHECK(descend(1000) == (char)1000);
    CHECK(sigaltstack(&alternate, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    if (sigsetjmp(back, 1) == 0) {
        descend(1 << 20);
        CHECK(0);
    }
    CHECK(signal_number == SIGSEGV); /* the guard below it */
    CHECK(descend(1000) == (char)1000);
}
