/*
 * Descriptors of the host as the devices of a process.
 *
 * host_descriptor_attach() makes `handler` be called while `fd` can be read, has ended or is broken: by
 * idle(), which does not wait then, and by interrupts_run(). So handlers run where those of interrupts do
 * (interrupts.h). -ENOSPC: there are HOST_DESCRIPTORS already. host_descriptor_detach() ends that; nothing
 * happens if it is not attached.
 *
 * host_descriptor_wait() waits until one can be read or `time` has passed (NULL: for ever), calls the
 * handlers of those that can, and returns true; false, at once, if none is attached.
 */
#pragma once

#include <host_linux.h>
#include <stdbool.h>

#define HOST_DESCRIPTORS 4

typedef void host_descriptor_handler(void *argument);

int host_descriptor_attach(int fd, host_descriptor_handler *handler, void *argument);
void host_descriptor_detach(int fd);
bool host_descriptor_wait(const struct host_timespec *time);
