/*
 * System calls on memory that the kernel makes, too: as mmap(2), mremap(2) and munmap(2) say. They come from
 * whichever library implements mmap() and the like for the application.
 */
#pragma once

long sys_mmap(long address, long length, long protection, long flags, long fd, long offset);
long sys_mremap(long address, long old_length, long length, long flags, long new_address);
long sys_munmap(long address, long length);
