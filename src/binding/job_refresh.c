/*
** job_refresh.c: updates a job's table in place, completely or not at all.
**
** The first phase inserts the keys that the table lacks, undeclared ones with a placeholder. If
** memory runs out, they are removed again. The second phase assigns and removes, which allocates
** nothing, because every key exists. No Lua code that could change the table runs in between: the
** stack is large enough, and a collection that runs because memory is short calls no finalizers.
*/
#include "binding/job_refresh.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>

enum { NAME_SLOTS = 2 * SCHEMA_MAX_MEMBERS };

/*
** Finds the declaration of a member by the address of its name: Lua has one copy of each short
** string, and the table of names, its user value, keeps them alive. Linear probing; half of the
** slots are empty.
*/
typedef struct NameIndex {
  const void *names[NAME_SLOTS];
  unsigned char members[NAME_SLOTS];
} NameIndex;

typedef struct Refresh {
  lua_State *L;
  int job; /* stack indices of the table and of the declared names */
  int names;
  const NameIndex *index;
  const Schema *schema;
  const JobMembers *members;
  uint64_t present; /* a bit for each declared member in the response */
} Refresh;

/* How the table differs from the response. */
typedef struct Difference {
  uint64_t lacking;  /* a bit for each declared member that the table lacks */
  bool lacks_others; /* the table lacks an undeclared member */
  bool has_rest;     /* the table has keys that the response lacks */
} Difference;

static const char placeholder = 'p'; /* its address stands for a value that is not assigned yet */
static const char index_key = 'i';   /* of the name index in the registry, by address */

static uint64_t bit(size_t index) {
  return UINT64_C(1) << index;
}

static size_t first_slot(const void *name) {
  return ((uintptr_t)name >> 5) % NAME_SLOTS;
}

/* Returns the slot of a name, or the empty slot for it. */
static size_t find_slot(const NameIndex *index, const void *name) {
  size_t slot = first_slot(name);
  while (index->names[slot] != NULL && index->names[slot] != name)
    slot = (slot + 1) % NAME_SLOTS;
  return slot;
}

/* Makes the name index of a schema and pushes it. */
static void make_index(lua_State *L, const Schema *schema) {
  NameIndex *index = lua_newuserdatauv(L, sizeof *index, 1);
  *index = (NameIndex){0};
  marshal_push_names(L, schema);
  for (size_t i = 0; i < schema->count; i++) {
    lua_rawgeti(L, -1, (lua_Integer)i + 1);
    const void *name = lua_topointer(L, -1);
    const size_t slot = find_slot(index, name);
    index->names[slot] = name;
    index->members[slot] = (unsigned char)i;
    lua_pop(L, 1);
  }
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &index_key);
}

/* Pushes the name index and the table of names. */
static const NameIndex *push_index(lua_State *L, const Schema *schema) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &index_key) == LUA_TNIL) {
    lua_pop(L, 1);
    make_index(L, schema);
  }
  lua_getiuservalue(L, -1, 1);
  return lua_touserdata(L, -2);
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
** Pops the value that lua_next has pushed and returns the index of the declared member that its key
** names; schema->count if there is none.
*/
static size_t pop_value(const Refresh *refresh) {
  lua_State *L = refresh->L;
  const size_t slot = find_slot(refresh->index, lua_topointer(L, -2));
  lua_pop(L, 1);
  return refresh->index->names[slot] != NULL ? refresh->index->members[slot] : refresh->schema->count;
}

/* Returns true if the key on top of the stack is an undeclared member of the response. */
static bool is_other(const Refresh *refresh) {
  const int others = refresh->members->others;
  return others != 0 && marshal_has_key(refresh->L, others);
}

/* Compares the table with the response. Allocates nothing. */
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
** Inserts missing members. Arguments: the table; a table of undeclared members, some of which it
** may have, or nil; names and values of declared members that it lacks.
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

/* Removes the key on top of the stack from the table, during a traversal. */
static void drop_key(const Refresh *refresh) {
  lua_State *L = refresh->L;
  lua_pushvalue(L, -1);
  lua_pushnil(L);
  lua_rawset(L, refresh->job);
}

/* Removes the inserted members. Allocates nothing. */
static void undo(const Refresh *refresh, uint64_t lacking) {
  lua_State *L = refresh->L;
  for (lua_pushnil(L); lua_next(L, refresh->job);) {
    const bool is_placeholder = lua_touserdata(L, -1) == (void *)&placeholder;
    const size_t index = pop_value(refresh);
    if (is_placeholder || (index < refresh->schema->count && (lacking & bit(index)) != 0)) drop_key(refresh);
  }
}

/* Runs the first phase. Raises if memory runs out; the table is then unchanged. */
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

/* Assigns the members that the table had before, and all undeclared ones. */
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

/* Removes the keys that the response lacks. */
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

void refresh(lua_State *L, int job, const JobMembers *members) {
  const Schema *schema = &schema_job;
  const int top = lua_gettop(L);
  luaL_checkstack(L, 2 * (int)schema->count + 2 * LUA_MINSTACK, NULL);
  const NameIndex *index = push_index(L, schema);
  const Refresh refresh = {
    .L = L,
    .job = job,
    .names = lua_gettop(L),
    .index = index,
    .schema = schema,
    .members = members,
    .present = present_members(members, schema->count),
  };
  const Difference difference = compare(&refresh);
  if (difference.lacking != 0 || difference.lacks_others) make_room(&refresh, &difference);
  assign(&refresh, difference.lacking);
  if (difference.has_rest) drop_rest(&refresh);
  lua_settop(L, top);
}
