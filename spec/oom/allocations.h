/*
** allocations.h: every allocation of Lua, of our own C code and of libcurl, in one count, and a plan of which of them fail.
**
** Our own code is reached by the linker's --wrap for malloc, calloc, realloc and free, which holds for the objects of this
** program alone: what shared objects such as lua-cjson allocate is neither counted nor failed. One thread only.
*/
#ifndef OOM_ALLOCATIONS_H
#define OOM_ALLOCATIONS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum Source { SOURCE_LUA, SOURCE_CORE, SOURCE_LIBCURL, SOURCES } Source;

typedef enum Failing {
  FAIL_ALL, /* the k-th allocation of all and every later one: no memory is left for anybody */
  FAIL_C, /* the k-th of our C code and libcurl and every later one of theirs: Lua still finds memory, and may try to make do */
  FAIL_C_ONCE, /* only the k-th of our C code and libcurl: what is tried next finds memory */
} Failing;

/* Starts a new count: nothing fails before `nth` (from 1 on) allocations were asked for while armed. */
void allocations_plan(Failing failing, unsigned long nth);

/* Between arming and disarming allocations are counted, and fail by the plan. Disarming after a failure ends the plan. */
void allocations_arm(void);
void allocations_disarm(void);

/* True when an allocation was made to fail since the plan was set. */
bool allocations_have_failed(void);

/* How many allocations were counted since the plan was set. */
unsigned long allocations_counted(void);

/* Blocks that are allocated and not yet freed. */
long allocations_live(Source source);

/* A lua_Alloc. */
void *allocations_for_lua(void *context, void *block, size_t old_size, size_t new_size);

/* Runs curl_global_init with libcurl's allocations counted here; false when it fails. */
bool allocations_init_libcurl(void);

#endif
