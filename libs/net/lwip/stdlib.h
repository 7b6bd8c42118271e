/*
 * What lwIP takes from a C library's stdlib.h: it reads the number in an interface's name, in a function that
 * nobody here calls.
 */
#pragma once

int atoi(const char *text);
