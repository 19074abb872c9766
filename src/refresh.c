/*
** refresh.c: a job takes over the server's answer in place, whole or not at all.
**
** Two phases. First the keys the job lacks are inserted with a placeholder; that may run out of memory, and is then
** undone. Then every key exists, so that assigning and dropping, which follow, cannot fail.
*/
#include "refresh.h"

#include <lauxlib.h>
#include <stdbool.h>

#include "marshal.h"

typedef struct Refresh {
  lua_State *L;
  int job; /* stack indices */
  int names;
  const Schema *schema;
  const JobMembers *members;
} Refresh;

static const char placeholder = 'p'; /* its address stands for a value not yet assigned */

static bool is_present(const Refresh *refresh, size_t index) {
  return refresh->members->at[index] != 0;
}

static void push_name(const Refresh *refresh, size_t index) {
  lua_rawgeti(refresh->L, refresh->names, (lua_Integer)index + 1);
}

/* Whether the table has the key on the top, which stays. */
static bool has_key(lua_State *L, int table) {
  lua_pushvalue(L, -1);
  const bool present = lua_rawget(L, table) != LUA_TNIL;
  lua_pop(L, 1);
  return present;
}

static void insert_placeholder(lua_State *L, int job) {
  lua_pushlightuserdata(L, (void *)&placeholder);
  lua_rawset(L, job);
}

/* Inserts keys with placeholders; arguments: the job, a table whose keys may be missing or nil, and missing keys. */
static int insert_missing(lua_State *L) {
  while (lua_gettop(L) > 2)
    insert_placeholder(L, 1);
  if (lua_isnil(L, 2)) return 0;
  for (lua_pushnil(L); lua_next(L, 2);) {
    lua_pop(L, 1);
    if (has_key(L, 1)) continue;
    lua_pushvalue(L, -1);
    insert_placeholder(L, 1);
  }
  return 0;
}

static void remove_placeholders(lua_State *L, int job) {
  for (lua_pushnil(L); lua_next(L, job); lua_pop(L, 1)) {
    if (lua_touserdata(L, -1) != (void *)&placeholder) continue;
    lua_pushvalue(L, -2);
    lua_pushnil(L);
    lua_rawset(L, job);
  }
}

/* Whether the job lacks one of the answer's members that are not declared. */
static bool lacks_others(const Refresh *refresh) {
  lua_State *L = refresh->L;
  const int others = refresh->members->others;
  if (others == 0) return false;
  for (lua_pushnil(L); lua_next(L, others);) {
    lua_pop(L, 1);
    if (has_key(L, refresh->job)) continue;
    lua_pop(L, 1);
    return true;
  }
  return false;
}

/* Pushes the names of the answer's members that the job lacks. Returns the index of the table of others where it lacks one of those. */
static int push_lacking(const Refresh *refresh) {
  lua_State *L = refresh->L;
  for (size_t i = 0; i < refresh->schema->count; i++) {
    if (!is_present(refresh, i)) continue;
    push_name(refresh, i);
    if (has_key(L, refresh->job)) lua_pop(L, 1);
  }
  return lacks_others(refresh) ? refresh->members->others : 0;
}

/* Inserts the keys that the job lacks; false when it lacks none. */
static bool make_room(const Refresh *refresh) {
  lua_State *L = refresh->L;
  const int top = lua_gettop(L);
  const int others = push_lacking(refresh);
  const int count = lua_gettop(L) - top;
  if (count == 0 && others == 0) return false;
  lua_pushcfunction(L, insert_missing);
  lua_insert(L, top + 1);
  lua_pushvalue(L, refresh->job);
  lua_insert(L, top + 2);
  if (others != 0)
    lua_pushvalue(L, others);
  else
    lua_pushnil(L);
  lua_insert(L, top + 3);
  if (lua_pcall(L, count + 2, 0, 0) == LUA_OK) return true;
  remove_placeholders(L, refresh->job);
  return lua_error(L);
}

/* The second phase, for the declared members; returns how many the job has. */
static size_t assign_declared(const Refresh *refresh) {
  lua_State *L = refresh->L;
  size_t count = 0;
  for (size_t i = 0; i < refresh->schema->count; i++) {
    if (!is_present(refresh, i)) continue;
    push_name(refresh, i);
    lua_pushvalue(L, refresh->members->at[i]);
    lua_rawset(L, refresh->job);
    count++;
  }
  return count;
}

static size_t assign_others(const Refresh *refresh) {
  lua_State *L = refresh->L;
  const int others = refresh->members->others;
  size_t count = 0;
  if (others == 0) return 0;
  for (lua_pushnil(L); lua_next(L, others); count++) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, refresh->job);
  }
  return count;
}

static size_t count_keys(lua_State *L, int table) {
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
    count++;
  return count;
}

/* Whether the key on the top, which stays, is one of the answer's. */
static bool is_in_answer(const Refresh *refresh) {
  lua_State *L = refresh->L;
  if (refresh->members->others != 0 && has_key(L, refresh->members->others)) return true;
  if (lua_type(L, -1) != LUA_TSTRING) return false;
  size_t next = 0;
  size_t length;
  const char *name = lua_tolstring(L, -1, &length);
  const SchemaMember *member = schema_member(refresh->schema, name, length, &next);
  return member != NULL && is_present(refresh, (size_t)(member - refresh->schema->members));
}

static void drop_rest(const Refresh *refresh) {
  lua_State *L = refresh->L;
  for (lua_pushnil(L); lua_next(L, refresh->job);) {
    lua_pop(L, 1);
    if (is_in_answer(refresh)) continue;
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_rawset(L, refresh->job);
  }
}

void refresh(lua_State *L, int job, const Schema *schema, const JobMembers *members) {
  luaL_checkstack(L, (int)schema->count + 12, NULL);
  marshal_push_names(L, schema);
  const Refresh refresh = {.L = L, .job = job, .names = lua_gettop(L), .schema = schema, .members = members};
  while (make_room(&refresh)) /* again, since a finalizer may have refreshed the job while memory was asked for */
    continue;
  const size_t expected = assign_declared(&refresh) + assign_others(&refresh);
  if (count_keys(L, job) > expected) drop_rest(&refresh);
  lua_settop(L, refresh.names - 1);
}
