#pragma once

/* Starts lwIP's periodic work. */
void timers_start(void);
