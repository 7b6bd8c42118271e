/* What one processor knows of the pages that another takes away. */
#include "cases.h"

#define PAGE 4096
#define ROUNDS (5 * often)

static volatile unsigned *page;
static atomic_bool gone, over;
static atomic_int rounds, faulted;
static sigjmp_buf back;

static void fault(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)context;
    EXPECT((char *)info->si_addr >= (char *)page && (char *)info->si_addr < (char *)page + PAGE);
    siglongjmp(back, 1);
}

/* Reads again and again. What it begins to read when the page is gone must be a fault. */
static void *reader(void *argument)
{
    (void)argument;
    pin(1);
    while (!over) {
        if (sigsetjmp(back, 1)) {
            int round = rounds;

            /* When this comes late, the page of the next round may be gone already: that is a fault of its
             * own. */
            faulted = round;
            while (!over && gone && rounds == round)
                continue;
            continue;
        }
        bool late = gone;
        unsigned value = *page;
        EXPECT(!late);
        EXPECT(value == 0 || value == (unsigned)rounds || value == (unsigned)rounds - 1);
    }
    return NULL;
}

static void catch (void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO};

    EXPECT(sigaction(SIGSEGV, &action, NULL) == 0);
}

void unmapped(void)
{
    pthread_t thread;

    catch (fault);
    pin(0);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(page != MAP_FAILED);
    thread = begin(reader, NULL);
    for (int i = 1; i <= ROUNDS; i++) {
        rounds = i;
        *page = (unsigned)i;
        for (volatile int j = 0; j < 1000; j++)
            continue;
        EXPECT(munmap((void *)page, PAGE) == 0);
        gone = true;
        while (faulted != i)
            continue;
        EXPECT(mmap((void *)page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                    0) == (void *)page);
        gone = false;
    }
    over = true;
    end(thread);
}

/* Each writes to its own, of all sizes, and finds nobody else's there. */
static void *churner(void *argument)
{
    uint32_t x = (uint32_t)(uintptr_t)argument;

    for (int i = 0; i < ROUNDS; i++) {
        x = x * 1664525 + 1013904223;
        size_t count = 1 + (x >> 16) % 40;
        uint32_t *memory =
            mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        EXPECT(memory != MAP_FAILED);
        for (size_t p = 0; p < count; p++) {
            if (i % 8 == 0) /* else the first touch is a write */
                EXPECT(memory[p * PAGE / 4 + 7] == 0);
            EXPECT((memory[p * PAGE / 4 + 7] += x) == x);
        }
        for (size_t p = 0; p < count; p++)
            EXPECT(memory[p * PAGE / 4 + 7] == x);
        EXPECT(munmap(memory, count * PAGE) == 0);
    }
    return NULL;
}

void churn(void)
{
    pthread_t threads[4];

    for (uintptr_t i = 0; i < 4; i++)
        threads[i] = begin(churner, (void *)(i + 1));
    for (int i = 0; i < 4; i++)
        end(threads[i]);
}

/* Waits until it may write again: the instruction is repeated. */
static void forbidden(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    faulted++;
    while (gone)
        continue;
}

static void *writer(void *argument)
{
    (void)argument;
    pin(1);
    while (!over)
        (*page)++;
    return NULL;
}

void protection(void)
{
    pthread_t thread;

    catch (forbidden);
    over = gone = false;
    pin(0);
    page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT(page != MAP_FAILED);
    thread = begin(writer, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        int before = faulted;
        unsigned value = *page;

        while (*page == value)
            continue;
        gone = true;
        EXPECT(mprotect((void *)page, PAGE, PROT_READ) == 0);
        value = *page;
        while (faulted == before)
            EXPECT(*page == value);
        EXPECT(*page == value);
        EXPECT(mprotect((void *)page, PAGE, PROT_READ | PROT_WRITE) == 0);
        gone = false;
    }
    over = true;
    end(thread);
}
