/*
** multi_cjson_loop.c: the loop of multi_loop.c with lua-cjson both ways, as a Lua module.
**
** As in cjson_loop.c, all of it is C; Lua only starts it.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "cjson_calls.h"
#include "multi.h"

/* Stack slots of run_loop. BODIES has the bodies of calls in flight, by slot of the loop. */
enum { LOOP = 1, SHOW, ENCODE, DECODE, BODIES };

int luaopen_multi_cjson_loop(lua_State *L);

static const char *make_body(void *context, long slot, size_t *length) {
  lua_State *L = context;
  cjson_push_body(L, ENCODE);
  const char *body = lua_tolstring(L, -1, length);
  lua_rawseti(L, BODIES, slot + 1);
  return body;
}

static void take_answer(void *context, const Connection *connection) {
  lua_State *L = context;
  cjson_push_answer(L, DECODE, connection);
  if (lua_toboolean(L, SHOW)) cjson_show(L, ENCODE);
  lua_settop(L, BODIES);
}

static int run_loop(lua_State *L) {
  Multi *loop = lua_touserdata(L, LOOP);
  cjson_push_functions(L);
  lua_createtable(L, (int)loop->concurrency, 0);
  return multi_run(loop) ? 0 : luaL_error(L, "an update failed");
}

/*
** multi_cjson_loop(concurrency, count, show): updates the data source `count` times. Prints
** responses with `show`.
*/
static int run(lua_State *L) {
  Multi loop = {
    .calls = {.make_body = make_body, .take_answer = take_answer, .context = L},
    .concurrency = (long)luaL_checkinteger(L, 1),
    .to_start = (long)luaL_checkinteger(L, 2),
  };
  const bool show = lua_toboolean(L, 3);
  lua_settop(L, 0);
  if (!multi_open(&loop)) {
    multi_close(&loop);
    return luaL_error(L, "cannot prepare the loop");
  }
  lua_pushcfunction(L, run_loop);
  lua_pushlightuserdata(L, &loop);
  lua_pushboolean(L, show);
  const int outcome = lua_pcall(L, 2, 0, 0); /* protected, so that the loop is closed in any case */
  multi_close(&loop);
  return outcome == LUA_OK ? 0 : lua_error(L);
}

int luaopen_multi_cjson_loop(lua_State *L) {
  lua_pushcfunction(L, run);
  return 1;
}
