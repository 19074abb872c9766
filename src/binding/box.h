/*
** box.h: Lua classes of userdata, and one of them: a buffer, for memory that must survive an error.
*/
#ifndef BYTENITE_BOX_H
#define BYTENITE_BOX_H

#include <lauxlib.h>
#include <lua.h>

#include "base/buffer.h"

#pragma GCC visibility push(hidden)

/*
** How objects of a class end. Only `collect` may free what a method of the object may be using:
** while a method allocates, a finalizer may run any Lua code, and with it `close`.
*/
typedef struct ClassEndings {
  lua_CFunction collect; /* __gc, which Lua code cannot reach */
  lua_CFunction close;   /* __close; NULL: none */
} ClassEndings;

/*
** Makes a class known to a state: its methods (NULL for none) and how its objects end. Hides its
** metatable from Lua. Fills it also when it was there, because memory may have run out while it was
** filled.
*/
void class_register(lua_State *L, const char *class_name, const luaL_Reg *methods, const ClassEndings *endings);

/* Pushes the table of a class's methods. */
void class_push_methods(lua_State *L, const char *class_name);

/* Adds methods to a class that has some. */
void class_add(lua_State *L, const char *class_name, const luaL_Reg *methods);

/*
** For a method or finalizer of a class: the userdata of that class at `index`; raises when it is
** none. As luaL_checkudata, but no name is looked up.
*/
void *class_check(lua_State *L, int index, const char *class_name);

/*
** For a function that gives nil and a message: the message is on the top. Returns how many results
** there are.
*/
int return_problem(lua_State *L);

/* Raises "not enough memory". */
_Noreturn void raise_no_memory(lua_State *L);

/* Makes the box known to a state. */
void buffer_register(lua_State *L);

/* Pushes an empty buffer in a box. */
Buffer *buffer_push(lua_State *L);

#pragma GCC visibility pop

#endif
