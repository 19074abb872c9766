/*
** box.c: Lua classes of userdata, and the class of buffers.
*/
#include "binding/box.h"

#include <stdbool.h>

static const char buffer_class[] = "bytenite.buffer";

/*
** Sets functions in the table on the top; each carries the metatable at `metatable` as its only
** upvalue.
*/
static void set_functions(lua_State *L, int metatable, const luaL_Reg *functions) {
  lua_pushvalue(L, metatable);
  luaL_setfuncs(L, functions, 1);
}

void class_register(lua_State *L, const char *class_name, const luaL_Reg *methods, const ClassEndings *endings) {
  const luaL_Reg functions[] = {
    {"__gc", endings->collect}, {endings->close != NULL ? "__close" : NULL, endings->close}, {NULL, NULL}};
  luaL_newmetatable(L, class_name);
  const int metatable = lua_gettop(L);
  set_functions(L, metatable, functions);
  lua_pushboolean(L, 0); /* what getmetatable returns: no program must call __gc */
  lua_setfield(L, metatable, "__metatable");
  if (methods != NULL) {
    lua_newtable(L);
    set_functions(L, metatable, methods);
    lua_setfield(L, metatable, "__index");
  }
  lua_settop(L, metatable - 1);
}

void class_add(lua_State *L, const char *class_name, const luaL_Reg *methods) {
  luaL_getmetatable(L, class_name);
  const int metatable = lua_gettop(L);
  lua_getfield(L, metatable, "__index");
  set_functions(L, metatable, methods);
  lua_settop(L, metatable - 1);
}

void class_push_methods(lua_State *L, const char *class_name) {
  luaL_getmetatable(L, class_name);
  lua_getfield(L, -1, "__index");
  lua_remove(L, -2);
}

void *class_check(lua_State *L, int index, const char *class_name) {
  if (lua_type(L, index) == LUA_TUSERDATA && lua_getmetatable(L, index)) {
    const bool is_instance = lua_rawequal(L, -1, lua_upvalueindex(1));
    lua_pop(L, 1);
    if (is_instance) return lua_touserdata(L, index);
  }
  return luaL_checkudata(L, index, class_name); /* raises */
}

int return_problem(lua_State *L) {
  lua_pushnil(L);
  lua_insert(L, -2);
  return 2;
}

_Noreturn void raise_no_memory(lua_State *L) {
  for (;;) {                                 /* lua_error never returns, but is not declared _Noreturn */
    lua_pushliteral(L, "not enough memory"); /* without a position, like Lua's own */
    lua_error(L);
  }
}

static int collect(lua_State *L) {
  buffer_free(class_check(L, 1, buffer_class));
  return 0;
}

void buffer_register(lua_State *L) {
  class_register(L, buffer_class, NULL, &(ClassEndings){.collect = collect});
}

Buffer *buffer_push(lua_State *L) {
  Buffer *buffer = lua_newuserdatauv(L, sizeof *buffer, 0);
  *buffer = (Buffer){0};
  luaL_setmetatable(L, buffer_class);
  return buffer;
}
