#pragma once

#include <sys/types.h>

#ifndef BIN
#define BIN "/bin/"
#endif

/* Each prints lines that do not depend on pids, addresses or times. */
void exits(void);
void signals(void);
void replaced(void);
void directories(void);
void descriptors(void);
void groups(void);
void faults(void);
void threads_inside(void);
void many(void);
void pipeline(void);
void popen_and_system(void);
void spawn_actions(void);

/* Starts a program by vfork() and execv(). */
pid_t start(const char *program, ...);
/* Waits for it, and prints how it ended. */
void ended(pid_t child);
