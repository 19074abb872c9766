/*
** marshal_refusal.c: makes messages about values that cannot be written: what, why and where.
*/
#include <inttypes.h>
#include <lauxlib.h>
#include <stdio.h>

#include "binding/marshal_write.h"

/* Returns true for a name that may follow a point. */
static bool is_plain_name(const Step *step) {
  if (step->length == 0 || (step->name[0] >= '0' && step->name[0] <= '9')) return false;
  for (size_t i = 0; i < step->length; i++) {
    const char c = step->name[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    if (!letter) return false;
  }
  return true;
}

static void add_step(luaL_Buffer *text, const Step *step, bool first) {
  if (step->name == NULL) {
    char item[32];
    snprintf(item, sizeof item, "[%" PRId64 "]", (int64_t)step->index);
    luaL_addstring(text, item);
  } else if (is_plain_name(step)) {
    if (!first) luaL_addchar(text, '.');
    luaL_addlstring(text, step->name, step->length);
  } else {
    luaL_addstring(text, "[\"");
    luaL_addlstring(text, step->name, step->length);
    luaL_addstring(text, "\"]");
  }
}

bool writer_refuse_with_top(Writer *writer) {
  lua_State *L = writer->L;
  const int reason = lua_gettop(L);
  luaL_Buffer text;
  luaL_buffinit(L, &text);
  for (int i = 0; i < writer->levels; i++)
    add_step(&text, &writer->path[i], i == 0);
  if (writer->levels > 0) luaL_addstring(&text, ": ");
  lua_pushvalue(L, reason);
  luaL_addvalue(&text);
  luaL_pushresult(&text);
  lua_replace(L, writer->base + 1);
  lua_settop(L, writer->base + 1);
  return false;
}

bool writer_refuse(Writer *writer, const char *reason) {
  lua_pushstring(writer->L, reason);
  return writer_refuse_with_top(writer);
}

/*
** Pushes a few words that describe a value: a number with its value, a string without it, which may
** be secret.
*/
static void push_description(lua_State *L, int index) {
  if (marshal_is_null(L, index))
    lua_pushliteral(L, "null");
  else if (marshal_is_array(L, index) || (lua_istable(L, index) && lua_rawlen(L, index) > 0))
    lua_pushliteral(L, "a list");
  else if (lua_type(L, index) == LUA_TNUMBER)
    lua_pushfstring(L, "the number %s", luaL_tolstring(L, index, NULL));
  else if (lua_isnoneornil(L, index))
    lua_pushliteral(L, "nothing");
  else
    lua_pushfstring(L, "a %s", luaL_typename(L, index));
}

bool writer_refuse_type(Writer *writer, int index, const char *expected) {
  lua_State *L = writer->L;
  push_description(L, index);
  lua_pushfstring(L, "expected %s, got %s", expected, lua_tostring(L, -1));
  return writer_refuse_with_top(writer);
}

bool writer_refuse_depth(Writer *writer) {
  for (int inner = 1; inner < writer->levels; inner++)
    for (int outer = 0; outer < inner; outer++)
      if (writer->path[outer].table == writer->path[inner].table) {
        writer->levels = inner;
        return writer_refuse(writer, "cannot write a table that contains itself");
      }
  writer->levels = 1; /* the whole path of a hundred levels would tell no more than its first step */
  lua_pushfstring(writer->L, "cannot write over %d levels of tables", writer->max_levels);
  return writer_refuse_with_top(writer);
}

bool writer_refuse_keys(Writer *writer, int index) {
  lua_State *L = writer->L;
  bool is_named = false;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) == LUA_TSTRING) {
      is_named = true;
    } else if (!lua_isinteger(L, -2)) {
      lua_pushfstring(L, "cannot write a table with a key of type %s", luaL_typename(L, -2));
      return writer_refuse_with_top(writer);
    }
  }
  if (is_named && lua_rawlen(L, index) == 0 && lua_getmetatable(L, index))
    return writer_refuse(writer, "cannot write a table that is marked as a list and has named members");
  return writer_refuse(writer, is_named ? "cannot write a table with both list items and named members"
                                        : "cannot write a list with holes (bytenite.null keeps a place empty)");
}
