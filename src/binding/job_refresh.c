/*
** job_refresh.c: a job takes over the server's answer in place, whole or not at all.
**
** Two phases. First the keys the job lacks are inserted, with a placeholder where they are not declared; that may run out of memory,
** and is then undone. Then every key exists, so that assigning and dropping, which follow, cannot fail. No Lua code runs in between,
** which could change the job: the stack has room for all, and a collection that a lack of memory starts calls no finalizers.
*/
#include "binding/job_refresh.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Refresh {
  lua_State *L;
  int job; /* stack indices */
  int names;
  const Schema *schema;
  const JobMembers *members;
  uint64_t present; /* a bit for each declared member that the answer has */
} Refresh;

/* How a job differs from the answer. */
typedef struct Difference {
  uint64_t lacking;  /* a bit for each declared member */
  bool lacks_others; /* one that is not declared */
  bool has_rest;     /* keys that the answer does not have */
} Difference;

static const char placeholder = 'p'; /* its address stands for a value not yet assigned */

static uint64_t bit(size_t index) {
  return UINT64_C(1) << index;
}

static void push_name(const Refresh *refresh, size_t index) {
  lua_rawgeti(refresh->L, refresh->names, (lua_Integer)index + 1);
}

static size_t count_keys(lua_State *L, int table) {
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1))
    count++;
  return count;
}

/*
** Pops the value that lua_next has pushed and returns the index of the declared member that its key names; schema->count if there is none.
*/
static size_t pop_value(const Refresh *refresh) {
  lua_State *L = refresh->L;
  lua_copy(L, -2, -1);
  lua_rawget(L, refresh->names);
  const lua_Integer index = lua_tointeger(L, -1); /* 0 if there is none, also for a key that is a number: it finds a name */
  lua_pop(L, 1);
  return index > 0 ? (size_t)index - 1 : refresh->schema->count;
}

/* Whether the key on the top, which stays, is one of the answer's members that are not declared. */
static bool is_other(const Refresh *refresh) {
  const int others = refresh->members->others;
  return others != 0 && marshal_has_key(refresh->L, others);
}

/* Walks through the job's keys. Asks for no memory. */
static Difference compare(const Refresh *refresh) {
  lua_State *L = refresh->L;
  const int others = refresh->members->others;
  Difference difference = {.lacking = refresh->present};
  size_t met = 0;
  for (lua_pushnil(L); lua_next(L, refresh->job);) {
    const size_t index = pop_value(refresh);
    if (index < refresh->schema->count && (refresh->present & bit(index)) != 0)
      difference.lacking &= ~bit(index);
    else if (is_other(refresh))
      met++;
    else
      difference.has_rest = true;
  }
  difference.lacks_others = others != 0 && met < count_keys(L, others);
  return difference;
}

/*
** Inserts what is missing; arguments: the job, a table of members that are not declared or nil, and names and values of declared ones. Of the
** former it is not known which are missing.
*/
static int insert_missing(lua_State *L) {
  while (lua_gettop(L) > 2)
    lua_rawset(L, 1);
  if (lua_isnil(L, 2)) return 0;
  for (lua_pushnil(L); lua_next(L, 2);) {
    lua_pop(L, 1);
    if (marshal_has_key(L, 1)) continue;
    lua_pushvalue(L, -1);
    lua_pushlightuserdata(L, (void *)&placeholder);
    lua_rawset(L, 1);
  }
  return 0;
}

/* Takes the key on the top, which stays, and its value out of the job while somebody walks through it. */
static void drop_key(const Refresh *refresh) {
  lua_State *L = refresh->L;
  lua_pushvalue(L, -1);
  lua_pushnil(L);
  lua_rawset(L, refresh->job);
}

/* Takes back what was inserted. Asks for no memory. */
static void undo(const Refresh *refresh, uint64_t lacking) {
  lua_State *L = refresh->L;
  for (lua_pushnil(L); lua_next(L, refresh->job);) {
    const bool is_placeholder = lua_touserdata(L, -1) == (void *)&placeholder;
    const size_t index = pop_value(refresh);
    if (is_placeholder || (index < refresh->schema->count && (lacking & bit(index)) != 0)) drop_key(refresh);
  }
}

/* The first phase. Raises when memory runs out, and the job is then as it was. */
static void make_room(const Refresh *refresh, const Difference *difference) {
  lua_State *L = refresh->L;
  lua_pushcfunction(L, insert_missing);
  const int function = lua_gettop(L);
  lua_pushvalue(L, refresh->job);
  if (difference->lacks_others)
    lua_pushvalue(L, refresh->members->others);
  else
    lua_pushnil(L);
  for (size_t i = 0; i < refresh->schema->count; i++) {
    if ((difference->lacking & bit(i)) == 0) continue;
    push_name(refresh, i);
    lua_pushvalue(L, refresh->members->at[i]);
  }
  if (lua_pcall(L, lua_gettop(L) - function, 0, 0) == LUA_OK) return;
  undo(refresh, difference->lacking);
  lua_error(L);
}

/* Sets what the answer has, where the job had something. */
static void assign(const Refresh *refresh, uint64_t lacking) {
  lua_State *L = refresh->L;
  for (size_t i = 0; i < refresh->schema->count; i++) {
    if ((refresh->present & ~lacking & bit(i)) == 0) continue;
    push_name(refresh, i);
    lua_pushvalue(L, refresh->members->at[i]);
    lua_rawset(L, refresh->job);
  }
  if (refresh->members->others == 0) return;
  for (lua_pushnil(L); lua_next(L, refresh->members->others);) {
    lua_pushvalue(L, -2);
    lua_insert(L, -2);
    lua_rawset(L, refresh->job);
  }
}

static void drop_rest(const Refresh *refresh) {
  lua_State *L = refresh->L;
  for (lua_pushnil(L); lua_next(L, refresh->job);) {
    const size_t index = pop_value(refresh);
    if (index < refresh->schema->count ? (refresh->present & bit(index)) != 0 : is_other(refresh)) continue;
    drop_key(refresh);
  }
}

static uint64_t present_members(const JobMembers *members, size_t count) {
  uint64_t present = 0;
  for (size_t i = 0; i < count; i++)
    if (members->at[i] != 0) present |= bit(i);
  return present;
}

void refresh(lua_State *L, int job, const Schema *schema, const JobMembers *members) {
  luaL_checkstack(L, 2 * (int)schema->count + 2 * LUA_MINSTACK, NULL);
  marshal_push_names(L, schema);
  const int names = lua_gettop(L);
  const Refresh refresh = {
    .L = L,
    .job = job,
    .names = names,
    .schema = schema,
    .members = members,
    .present = present_members(members, schema->count),
  };
  const Difference difference = compare(&refresh);
  if (difference.lacking != 0 || difference.lacks_others) make_room(&refresh, &difference);
  assign(&refresh, difference.lacking);
  if (difference.has_rest) drop_rest(&refresh);
  lua_settop(L, names - 1);
}
