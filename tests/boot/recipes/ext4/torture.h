#ifndef TORTURE_H
#define TORTURE_H

/* Does the steps from `first` on, and prints `synced NUMBER` when each has reached the disk. -1 with errno:
 * one failed. */
int torture(unsigned first, unsigned count);

#endif
