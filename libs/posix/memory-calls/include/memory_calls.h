/*
 * System calls on memory that the kernel makes, too: as munmap(2) says. They come from whichever library
 * implements mmap() and the like for the application.
 */
#pragma once

long sys_munmap(long address, long length);
