/*
 * Entering the application.
 *
 * app_start() calls main(argc, argv, envp) with whatever the C library needs set up first, and returns or
 * exits with its status. `argv` has argc entries and a NULL, `envp` ends with a NULL; both stay valid
 * for the image's life and may be written by the application.
 */
#pragma once

int app_start(int argc, char **argv, char **envp);
