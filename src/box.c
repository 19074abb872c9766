/*
** box.c: a buffer in a Lua userdata that frees it.
*/
#include "box.h"

#include <lauxlib.h>

static const char class_name[] = "bytenite.buffer";

static int collect(lua_State *L) {
  buffer_free(luaL_checkudata(L, 1, class_name));
  return 0;
}

void buffer_register(lua_State *L) {
  luaL_newmetatable(L, class_name);
  lua_pushcfunction(L, collect);
  lua_setfield(L, -2, "__gc");
  lua_pop(L, 1);
}

Buffer *buffer_push(lua_State *L) {
  Buffer *buffer = lua_newuserdatauv(L, sizeof *buffer, 0);
  *buffer = (Buffer){0};
  luaL_setmetatable(L, class_name);
  return buffer;
}
