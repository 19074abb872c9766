/*
** bytenite.h: for hosts that embed the module.
*/
#ifndef BYTENITE_H
#define BYTENITE_H

#include <lua.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
** Opens the C core, module `bytenite.core`, in a state: the one symbol the shared object exports. It needs lua-cjson within
** reach of `require`. The first call in a process runs curl_global_init; a host that has done so itself sets the field
** "bytenite.no_global_init" of the registry to true first.
*/
int luaopen_bytenite_core(lua_State *L);

/*
** In the static library only: enters luaopen_bytenite_core in package.preload of a state whose package library is open, so that
** `require "bytenite"` finds the core without a shared object. The Lua files of the module must be on package.path. Leaves the
** stack as it was.
*/
void bytenite_preload(lua_State *L);

#ifdef __cplusplus
}
#endif

#endif
