/*
 * What a handler of the host's signals returns to (sa_restorer): rt_sigreturn(2), which goes on with what the
 * frame on the stack says.
 */
#pragma once

void host_signal_return(void);
