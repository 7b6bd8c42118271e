/*
 * The root file system of the recipe. A provider fills / from its init function; there is nothing to call.
 */
#pragma once
