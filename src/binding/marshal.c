/*
** marshal.c: what reading and writing share: the dialect of lua-cjson and the interned member
** names.
*/
#include "binding/marshal.h"

#include <lauxlib.h>
#include <string.h>

/* Registry keys, by address. */
static const char array_metatable_key = 'a';       /* marks arrays: lua-cjson's array_mt or ours */
static const char empty_array_metatable_key = 'e'; /* lua-cjson's empty_array_mt or nil */
static const char empty_array_key = 'v';           /* lua-cjson's empty_array or nil */

/*
** Pushes lua-cjson's table. Raises one line that says how to get it if `require` does not find it.
*/
static void push_cjson(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushliteral(L, "cjson");
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) return;
  const char *message = lua_tostring(L, -1);
  if (message != NULL && strncmp(message, "module 'cjson' not found", 24) == 0) {
    luaL_error(L, "bytenite needs lua-cjson: luarocks install lua-cjson "
                  "(Debian and Ubuntu: apt-get install lua-cjson)");
  }
  lua_error(L);
}

/* Stores a field of the table on top of the stack in the registry. */
static void keep_field(lua_State *L, const char *field, const char *key) {
  lua_getfield(L, -1, field);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/*
** Stores the names of an object's members in the registry, so that reading hashes them once, and
** pushes the table.
*/
static void intern_names(lua_State *L, const Schema *schema) {
  lua_createtable(L, (int)schema->count, 0);
  for (size_t i = 0; i < schema->count; i++) {
    lua_pushlstring(L, schema->members[i].name, schema->members[i].length);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, schema);
}

void marshal_init(lua_State *L) {
  push_cjson(L);
  keep_field(L, "empty_array_mt", &empty_array_metatable_key);
  keep_field(L, "empty_array", &empty_array_key);
  if (lua_getfield(L, -1, "array_mt") != LUA_TTABLE) {
    lua_pop(L, 1);
    luaL_newmetatable(L, "bytenite.array");
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &array_metatable_key);
  lua_pop(L, 1);
}

void marshal_push_null(lua_State *L) {
  lua_pushlightuserdata(L, NULL);
}

bool marshal_is_null(lua_State *L, int index) {
  return lua_islightuserdata(L, index) && lua_touserdata(L, index) == NULL;
}

void marshal_push_array_metatable(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &array_metatable_key);
}

void marshal_push_names(lua_State *L, const Schema *schema) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, schema) != LUA_TNIL) return;
  lua_pop(L, 1);
  intern_names(L, schema);
}

bool marshal_has_key(lua_State *L, int table) {
  lua_pushvalue(L, -1);
  const bool present = lua_rawget(L, table) != LUA_TNIL;
  lua_pop(L, 1);
  return present;
}

/* Returns true if the value on top of the stack is what the registry holds under a key. */
static bool is_kept(lua_State *L, const char *key) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, key);
  const bool equal = !lua_isnil(L, -1) && lua_rawequal(L, -1, -2);
  lua_pop(L, 1);
  return equal;
}

bool marshal_is_array(lua_State *L, int index) {
  if (lua_islightuserdata(L, index)) {
    lua_pushvalue(L, index);
    const bool marked = is_kept(L, &empty_array_key);
    lua_pop(L, 1);
    return marked;
  }
  if (!lua_istable(L, index) || !lua_getmetatable(L, index)) return false;
  const bool marked = is_kept(L, &array_metatable_key) || is_kept(L, &empty_array_metatable_key);
  lua_pop(L, 1);
  return marked;
}
