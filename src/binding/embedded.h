/*
** embedded.h: Lua files that are compiled into the library bytenite::embedded.
*/
#ifndef BYTENITE_EMBEDDED_H
#define BYTENITE_EMBEDDED_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/*
** core.embedded(name): returns the text and the path of a Lua module that is compiled in, or nil.
*/
int embedded_text(lua_State *L);

#pragma GCC visibility pop

#endif
