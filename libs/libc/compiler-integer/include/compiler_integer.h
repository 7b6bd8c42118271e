/*
 * What GCC and Clang call for integers (GCC internals, "Routines for integer arithmetic"), as far as x86_64
 * does not do it in instructions: nobody calls these by name.
 *
 * Division by zero is the exception that it is in 64 bits, and so is no other case: the smallest number
 * divided by -1 is itself, its remainder 0. The remainder has the sign of the dividend; the functions with
 * three arguments store it unless `remainder` is NULL. Providers must not use floating-point or vector
 * registers.
 */
#pragma once

__extension__ typedef __int128 compiler_wide;
__extension__ typedef unsigned __int128 compiler_unsigned_wide;

compiler_unsigned_wide __udivmodti4(compiler_unsigned_wide a, compiler_unsigned_wide b,
                                    compiler_unsigned_wide *remainder);
compiler_unsigned_wide __udivti3(compiler_unsigned_wide a, compiler_unsigned_wide b);
compiler_unsigned_wide __umodti3(compiler_unsigned_wide a, compiler_unsigned_wide b);
compiler_wide __divmodti4(compiler_wide a, compiler_wide b, compiler_wide *remainder);
compiler_wide __divti3(compiler_wide a, compiler_wide b);
compiler_wide __modti3(compiler_wide a, compiler_wide b);

/* Bits that are 1; and bits below the sign that are like it. */
int __popcountdi2(unsigned long a);
int __clrsbdi2(long a);
