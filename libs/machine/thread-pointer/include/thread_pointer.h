/*
 * The thread pointer: the address that the ABI's thread-local storage is relative to (x86_64: the FS base).
 */
#pragma once

void thread_pointer_set(void *pointer);
