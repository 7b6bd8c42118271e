/*
 * The application has ended by itself, or was told to: what it has written reaches the devices.
 *
 * application_end() is called by a thread, within the guard where there is one, before platform_exit(). It
 * may wait, and others run meanwhile. It does not fail: what could not be written was logged. After a crash,
 * as after a loss of power, it is not called.
 */
#pragma once

void application_end(void);
