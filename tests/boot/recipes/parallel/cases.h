#pragma once

#define _GNU_SOURCE
#include "../expect.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* together.c */
void at_once(void);
void apart(void);
void speed(void);

/* storm.c */
void locks(void);
void lives(void);

/* pages.c */
void unmapped(void);
void churn(void);
void protection(void);

/* signals.c */
void between(void);
void faults(void);
void vectors(void);

/* ends.c */
void times(void);
void deadlock(void);
void crash(void);
void quit(void);
void registers(void);
void sealed(void);
void alone(void);

pthread_t begin(void *(*function)(void *), void *argument);
void end(pthread_t thread);
void pin(int processor);
void unpin(void);
int processors(void);

/* How often things are done; each time may take as long as two processors of the host need to meet. */
extern int often;
