/*
** marshal.c: common parts of reading and writing: the dialect of lua-cjson and the interned member
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

/* Returns true if the value on top of the stack equals the registry's value under a key. */
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

/*
** Returns true for a table that shows its content only through __pairs: it would be written as
** empty.
*/
static bool hides_content(lua_State *L, int index) {
  if (luaL_getmetafield(L, index, "__pairs") == LUA_TNIL) return false;
  lua_pop(L, 1);
  return true;
}

/*
** Returns the kind of a table by the marks of other JSON libraries: `__jsontype` of dkjson and
** rapidjson is "array" or "object". A table with another type, or with `__tojson`, is foreign.
*/
static TableKind kind_of_foreign(lua_State *L, int index, TableKind usual) {
  TableKind kind = usual;
  const int top = lua_gettop(L);
  if (luaL_getmetafield(L, index, "__jsontype") != LUA_TNIL) {
    const char *type = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "";
    kind = strcmp(type, "array") == 0 ? TABLE_ARRAY : strcmp(type, "object") == 0 ? TABLE_OBJECT : TABLE_FOREIGN;
  } else if (luaL_getmetafield(L, index, "__tojson") != LUA_TNIL) {
    kind = TABLE_FOREIGN;
  }
  lua_settop(L, top);
  return kind;
}

TableKind marshal_table_kind(lua_State *L, int index) {
  if (lua_getmetatable(L, index)) {
    lua_pop(L, 1);
    if (marshal_is_array(L, index)) return TABLE_ARRAY;
    if (hides_content(L, index)) return TABLE_HIDDEN;
    return kind_of_foreign(L, index, lua_rawlen(L, index) > 0 ? TABLE_ARRAY : TABLE_OBJECT);
  }
  return lua_rawlen(L, index) > 0 ? TABLE_ARRAY : TABLE_OBJECT;
}
