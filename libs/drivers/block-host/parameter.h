/* What a process is told about its disks: a parameter `disk` for each,
 * `DESCRIPTOR[,name=NAME][,readonly]`. */
#pragma once

#include <block_device.h>

struct block_host_parameter {
    int descriptor;
    bool read_only;
    char name[BLOCK_SERIAL_ROOM];
};

/* False: it says something else. */
bool block_host_parameter(const char *text, struct block_host_parameter *parameter);
