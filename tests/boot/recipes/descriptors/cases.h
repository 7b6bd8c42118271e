/* What is looked at, one function a group of calls. */
#pragma once

#define _GNU_SOURCE
#include "../show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void table(void);
void pipes(void);
void broken_pipes(void);
void event_counters(void);
void timers(void);
void polls(void);
void selects(void);
void epolls(void);
void edges(void);
void one_shots(void);
void nesting(void);
void closing(void);
