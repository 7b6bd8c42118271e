/* Each case is a function that checks one promise, and leaves nothing mapped. */
#pragma once

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE ((size_t)4096)
#define LARGE ((size_t)2 << 20)
#define READ_WRITE (PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)

#define CHECK(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            printf("%s:%d: not so: %s (errno %d)\n", __FILE__, __LINE__, #condition, errno);                 \
            exit(1);                                                                                         \
        }                                                                                                    \
    } while (0)

#define FAILS(call, error) CHECK((errno = 0, (call), errno == (error)))

/* Reads and writes through these happen as they stand. */
static inline unsigned char peek(const void *at)
{
    return *(const volatile unsigned char *)at;
}

static inline void poke(void *at, unsigned char value)
{
    *(volatile unsigned char *)at = value;
}

/* New pages, which must be had. */
static inline char *map(size_t size, int protection, int flags)
{
    char *start = mmap(NULL, size, protection, flags, -1, 0);

    CHECK(start != MAP_FAILED);
    return start;
}

/* How many pages of a range are there. */
size_t present(void *start, size_t size);

/* Not a case: see there. */
int cost(const char *what, long rounds);

void zeroes(void), sparse(void), splitting(void), protection(void), places(void), large_pages(void);
void discarding(void), breaks(void), locking(void), errors(void);
void growing(void), moving(void), moving_large(void), churn(void);
void private_files(void), shared_files(void), coherence(void), syncing(void), file_errors(void),
    ends_of_files(void);
void fault_kinds(void), file_faults(void), faults_in_calls(void);
void deep_stack(void);
void promises(void), exhaustion(void), shortage(void);
