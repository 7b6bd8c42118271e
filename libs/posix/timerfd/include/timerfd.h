/*
 * timerfd_clock_set() is for who sets clock_realtime(), afterwards: timers that wait for a moment of it are
 * armed anew, and those that are to be cancelled by that are.
 */
#pragma once

void timerfd_clock_set(void);
