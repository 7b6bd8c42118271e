/* What the parts of this program share. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <sys/types.h>

#ifndef BIN
#define BIN "/bin/"
#endif

/* Prints what a call said, as a word. */
#define SHOW(call) show(#call, (call) < 0 ? errno : 0)

void show(const char *call, int error);

void become(uid_t user, gid_t group); /* effective ids; the saved ones stay root's */
void be_root(void);

void ids(void);
void files(void);
