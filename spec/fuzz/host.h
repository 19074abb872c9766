/*
** host.h: the Lua state of a fuzz target, and comparisons of values.
*/
#ifndef FUZZ_HOST_H
#define FUZZ_HOST_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/schema.h"

/*
** Returns a state with the core and the module loaded, and an empty stack. Made at the first call.
*/
lua_State *host_state(void);

/*
** Calls the function that a script returns with an input and a number. Returns the integer that it
** returns, or 0. `file` is a Lua file in spec/fuzz/, or in the folder that FUZZ_SCRIPTS names. An
** error that the function raises is a finding.
*/
lua_Integer host_run_script(const char *file, const uint8_t *data, size_t size, lua_Integer number);

/* Ends the work on an input: empties the stack, and sometimes collects, to find bad finalizers. */
void host_finish(lua_State *L);

/*
** Returns the schema that a byte of the input selects: the free-form one, with most of the code,
** for two of three.
*/
const Schema *host_schema(uint8_t choice);

/*
** Ends the process if the condition is false, which is a finding. `what` is the violated condition.
*/
void host_require(bool condition, const char *what);

/*
** Returns true if two values are the same JSON value. An integer may equal a float; a list is not
** an object (an empty table without a mark is an object); null is not nil.
*/
bool host_is_same(lua_State *L, int left, int right);

/*
** Like host_is_same, but an empty object equals an empty list: it is written as one if a list is
** declared.
*/
bool host_is_same_typed(lua_State *L, int left, int right);

#endif
