/*
 * Keeps GCC from replacing a loop by a call of the very function that the loop stands in; Clang stops at
 * -fno-builtin, and does not know GCC's option.
 */
#pragma once

#ifndef __clang__
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif
