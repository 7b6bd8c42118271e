/* What is looked at, one function a group of calls. */
#pragma once

#define _GNU_SOURCE
#include "../show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void names(void);
void streams(void);
void halves(void);
void packets(void);
void sequences(void);
void rights(void);
void garbage(void);
void credentials(void);
