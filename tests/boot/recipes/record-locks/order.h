/* What the first process asks another to do, and the answer. */
#pragma once

#include <fcntl.h>
#include <stdbool.h>

#ifndef BIN
#define BIN "/bin/"
#endif

struct order {
    int what; /* F_SETLK, ..., or one of these */
    struct flock lock;
};

#define OPEN_AND_CLOSE (-1) /* the file, once more */
#define EXECUTE (-2)        /* the program, anew */
#define RESTART (-3)        /* handlers of signals do not end waits */

struct answer {
    int error; /* 0 or an errno */
    struct flock lock;
};

/* open_files.c */
void open_files(const char *path);
