/*
 * What a cancellation point does in a program that never cancels a thread: nothing. pthread_cancel.c holds the
 * real functions; in the archive this member stands before it, so the linker takes that one only for a program
 * that calls pthread_cancel().
 */
#include "pthread_impl.h"
#include "syscall.h"

static int enter(long number)
{
	return 0;
}

static long leave(long number, long result)
{
	return result;
}

weak_alias(enter, __cp_enter);
weak_alias(leave, __cp_leave);
