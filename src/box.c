/*
** box.c: Lua classes of userdata, and one of them: a buffer.
*/
#include "box.h"

#include <stdbool.h>

static const char buffer_class[] = "bytenite.buffer";

void class_register(lua_State *L, const char *class_name, const luaL_Reg *methods, lua_CFunction collect) {
  luaL_newmetatable(L, class_name);
  lua_pushcfunction(L, collect);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, collect);
  lua_setfield(L, -2, "__close");
  if (methods != NULL) {
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_setfield(L, -2, "__index");
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, class_name);
}

void class_add(lua_State *L, const char *class_name, const luaL_Reg *methods) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, class_name);
  lua_getfield(L, -1, "__index");
  luaL_setfuncs(L, methods, 0);
  lua_pop(L, 2);
}

void *class_check(lua_State *L, int index, const char *class_name) {
  void *userdata = lua_touserdata(L, index);
  if (userdata != NULL && lua_getmetatable(L, index)) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, class_name);
    const bool is_instance = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    if (is_instance) return userdata;
  }
  return luaL_checkudata(L, index, class_name); /* raises */
}

int return_problem(lua_State *L) {
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

_Noreturn void raise_no_memory(lua_State *L) {
  for (;;) {                                 /* lua_error does not return, but is not declared so */
    lua_pushliteral(L, "not enough memory"); /* without a position, like Lua's own */
    lua_error(L);
  }
}

static int collect(lua_State *L) {
  buffer_free(class_check(L, 1, buffer_class));
  return 0;
}

void buffer_register(lua_State *L) {
  class_register(L, buffer_class, NULL, collect);
}

Buffer *buffer_push(lua_State *L) {
  Buffer *buffer = lua_newuserdatauv(L, sizeof *buffer, 0);
  *buffer = (Buffer){0};
  luaL_setmetatable(L, buffer_class);
  return buffer;
}
