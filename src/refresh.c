/*
** refresh.c: a job takes over the server's answer in place, whole or not at all.
**
** Two phases. First the keys the job lacks are inserted with a placeholder; that may run out of memory, and is then
** undone. Then every key exists, so that assigning and dropping, which follow, cannot fail.
*/
#include "refresh.h"

#include <lauxlib.h>
#include <stdbool.h>

static const char placeholder = 'p'; /* its address stands for a value not yet assigned */

/* Raw keys of `fresh` that the job lacks are inserted; args: job, fresh. */
static int insert_missing(lua_State *L) {
  for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    if (lua_rawget(L, 1) == LUA_TNIL) {
      lua_pushvalue(L, -3);
      lua_pushlightuserdata(L, (void *)&placeholder);
      lua_rawset(L, 1);
    }
    lua_pop(L, 1);
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

static bool lacks_keys(lua_State *L, int job, int fresh) {
  for (lua_pushnil(L); lua_next(L, fresh); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    const bool lacking = lua_rawget(L, job) == LUA_TNIL;
    lua_pop(L, 1);
    if (!lacking) continue;
    lua_pop(L, 2);
    return true;
  }
  return false;
}

static void make_room(lua_State *L, int job, int fresh) {
  lua_pushcfunction(L, insert_missing);
  lua_pushvalue(L, job);
  lua_pushvalue(L, fresh);
  if (lua_pcall(L, 2, 0, 0) == LUA_OK) return;
  remove_placeholders(L, job);
  lua_error(L);
}

/* Every key of `fresh` is in the job by now: gives each of the job's keys its new value, or none. Allocates nothing. */
static void assign(lua_State *L, int job, int fresh) {
  for (lua_pushnil(L); lua_next(L, job);) {
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_pushvalue(L, -1);
    lua_rawget(L, fresh); /* nil drops the key */
    lua_rawset(L, job);
  }
}

void refresh(lua_State *L, int job, int fresh) {
  job = lua_absindex(L, job);
  fresh = lua_absindex(L, fresh);
  luaL_checkstack(L, 10, NULL);
  if (lacks_keys(L, job, fresh)) make_room(L, job, fresh);
  assign(L, job, fresh);
}
