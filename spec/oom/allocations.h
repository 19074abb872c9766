/*
** allocations.h: counts the allocations of Lua, of our C code and of libcurl, and makes some fail.
**
** Our own code is reached by the linker's --wrap for malloc, calloc, realloc and free, which
** applies only to the objects of this program: allocations of shared objects such as lua-cjson
** neither count nor fail. One thread only.
*/
#ifndef OOM_ALLOCATIONS_H
#define OOM_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum Source { SOURCE_LUA, SOURCE_CORE, SOURCE_LIBCURL, SOURCES } Source;

typedef enum Failing {
  FAIL_ALL,    /* the k-th allocation and all later ones: no memory is left at all */
  FAIL_C,      /* the k-th of our C code and libcurl and all later ones of theirs: Lua still has memory */
  FAIL_C_ONCE, /* only the k-th of our C code and libcurl: the next one succeeds */
} Failing;

/* Starts a new count: the first to fail is the `nth` allocation (from 1) while armed. */
void allocations_plan(Failing failing, unsigned long nth);

/* While armed, allocations count, and fail by the plan. Disarming after a failure ends the plan. */
void allocations_arm(void);
void allocations_disarm(void);

/* Returns true if an allocation has failed since the plan was set. */
bool allocations_have_failed(void);

/* Returns the number of allocations since the plan was set. */
unsigned long allocations_counted(void);

/* Returns the number of blocks that are not freed. */
long allocations_live(Source source);

/* A lua_Alloc. */
void *allocations_for_lua(void *context, void *block, size_t old_size, size_t new_size);

/* Runs curl_global_init so that libcurl's allocations are counted. Returns false if it fails. */
bool allocations_init_libcurl(void);

#endif
