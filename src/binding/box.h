/*
** box.h: Lua classes of userdata, and the class of buffers, for memory that is freed after an
** error.
*/
#ifndef BYTENITE_BOX_H
#define BYTENITE_BOX_H

#include <lauxlib.h>
#include <lua.h>

#include "base/buffer.h"

#pragma GCC visibility push(hidden)

/*
** The functions that end an object of a class. Only `collect` may free memory that a method of the
** object may be using: while a method allocates, a finalizer may run any Lua code, even `close`.
*/
typedef struct ClassEndings {
  lua_CFunction collect; /* __gc, which Lua code cannot reach */
  lua_CFunction close;   /* __close; NULL: none */
} ClassEndings;

/*
** Registers a class in a state: its methods (NULL for none) and the functions that end its objects.
** Hides its metatable from Lua. Fills an existing metatable too, because memory may have run out
** while it was filled.
*/
void class_register(lua_State *L, const char *class_name, const luaL_Reg *methods, const ClassEndings *endings);

/* Pushes the table of a class's methods. */
void class_push_methods(lua_State *L, const char *class_name);

/* Adds methods to a registered class. */
void class_add(lua_State *L, const char *class_name, const luaL_Reg *methods);

/*
** Returns the userdata of a class at `index`, for a method or finalizer of the class. Raises if it
** is not one. Like luaL_checkudata, but without looking up a name.
*/
void *class_check(lua_State *L, int index, const char *class_name);

/*
** Pushes nil below the message on the top, for a function that returns nil and a message. Returns
** the number of results.
*/
int return_problem(lua_State *L);

/* Raises "not enough memory". */
_Noreturn void raise_no_memory(lua_State *L);

/* Registers the class of buffers in a state. */
void buffer_register(lua_State *L);

/* Pushes an empty buffer in a box. */
Buffer *buffer_push(lua_State *L);

#pragma GCC visibility pop

#endif
