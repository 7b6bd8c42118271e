/* What redis' mkreleasehdr.sh would write about the checkout and the time of a build: nothing, so that a
 * build repeats. */
#define REDIS_GIT_SHA1 "00000000"
#define REDIS_GIT_DIRTY "0"
#define REDIS_BUILD_ID "0"
