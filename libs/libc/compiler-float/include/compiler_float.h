/*
 * What GCC and Clang call for floating point (GCC internals, "Routines for floating point emulation") on a
 * processor that has float, double and an extended format of 64 bits' precision: nobody calls these by name.
 *
 * __mul*c3() and __div*c3() multiply and divide a + ib and c + id, with infinities and NaNs as C11 Annex
 * G.5.1 has them. __powi*2() raises to an integer power. __float*() convert a 128-bit integer, correctly
 * rounded (to nearest); __fix*() convert to one by cutting the fraction off, and what does not fit is
 * undefined.
 */
#pragma once

float _Complex __mulsc3(float a, float b, float c, float d);
double _Complex __muldc3(double a, double b, double c, double d);
long double _Complex __mulxc3(long double a, long double b, long double c, long double d);

float _Complex __divsc3(float a, float b, float c, float d);
double _Complex __divdc3(double a, double b, double c, double d);
long double _Complex __divxc3(long double a, long double b, long double c, long double d);

float __powisf2(float base, int exponent);
double __powidf2(double base, int exponent);
long double __powixf2(long double base, int exponent);

__extension__ float __floattisf(__int128 a);
__extension__ double __floattidf(__int128 a);
__extension__ long double __floattixf(__int128 a);
__extension__ float __floatuntisf(unsigned __int128 a);
__extension__ double __floatuntidf(unsigned __int128 a);
__extension__ long double __floatuntixf(unsigned __int128 a);

__extension__ __int128 __fixsfti(float a);
__extension__ __int128 __fixdfti(double a);
__extension__ __int128 __fixxfti(long double a);
__extension__ unsigned __int128 __fixunssfti(float a);
__extension__ unsigned __int128 __fixunsdfti(double a);
__extension__ unsigned __int128 __fixunsxfti(long double a);
