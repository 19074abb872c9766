/*
** box.h: a buffer in a Lua userdata that frees it, for memory that must survive an error.
*/
#ifndef BYTENITE_BOX_H
#define BYTENITE_BOX_H

#include <lua.h>

#include "buffer.h"

#pragma GCC visibility push(hidden)

/* Makes the box known to a state. */
void buffer_register(lua_State *L);

/* Pushes an empty buffer in a box. */
Buffer *buffer_push(lua_State *L);

#pragma GCC visibility pop

#endif
