/* Looking a function up in a shared object that lies in memory as it was linked, ELF header first. */
#pragma once

/* NULL if `image` is no such object, has no GNU hash table, or does not define `name`. */
void *vdso_find(const void *image, const char *name);
