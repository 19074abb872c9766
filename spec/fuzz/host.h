/*
** host.h: the Lua state that a fuzz target works in, and the comparing of what went through it.
*/
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/schema.h"

/* A state with the core and the module loaded, made at the first call; its stack is empty. */
lua_State *host_state(void);

/*
** Calls the function that a script returns with an input and a number, and returns the integer that it returns, or 0. `file` is
** a Lua file in spec/fuzz/, or in the folder that FUZZ_SCRIPTS names. An error that the function raises is a finding.
*/
lua_Integer host_run_script(const char *file, const uint8_t *data, size_t size, lua_Integer number);

/* Ends one input's work: empties the stack, and now and then collects, so that a finalizer gone wrong shows. */
void host_finish(lua_State *L);

/* The schema that a byte of the input chooses: for two of three the free-form one, where most of the code is. */
const Schema *host_schema(uint8_t choice);

/* Ends the process when the condition is false: a finding. `what` says what does not hold. */
void host_require(bool condition, const char *what);

/*
** True when two values are the same JSON value: numbers of the same value whatever their kind, lists and objects told apart
** (an empty table that is not marked is an object), null and nothing told apart.
*/
bool host_is_same(lua_State *L, int left, int right);

/* Like host_is_same, but an empty object equals an empty list: where a list is declared, it is written as one. */
bool host_is_same_typed(lua_State *L, int left, int right);

#endif
