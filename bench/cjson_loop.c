/*
** cjson_loop.c: the second row of the benchmark: the loop of curl_loop.c with lua-cjson both ways,
** as a Lua module.
**
** No checks, retries, time limits or refresh. All of it is C; Lua only starts it, in the same
** interpreter and with the same collector as bytenite's row.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>

#include "cjson_calls.h"
#include "connection.h"

/* Stack slots of run_loop. */
enum { COUNT = 1, SHOW, CONNECTION, ENCODE, DECODE };

int luaopen_cjson_loop(lua_State *L);

/* Pushes the response to one update, decoded. */
static void update(lua_State *L, Connection *connection) {
  cjson_push_body(L, ENCODE);
  size_t length;
  const char *body = lua_tolstring(L, -1, &length);
  if (!connection_patch(connection, body, length)) luaL_error(L, "an update failed");
  cjson_push_answer(L, DECODE, connection);
}

static int run_loop(lua_State *L) {
  const lua_Integer count = lua_tointeger(L, COUNT);
  const bool show = lua_toboolean(L, SHOW);
  Connection *connection = lua_touserdata(L, CONNECTION);
  for (lua_Integer i = 0; i < count; i++) {
    update(L, connection);
    if (show) cjson_show(L, ENCODE);
    lua_settop(L, DECODE);
  }
  return 0;
}

/*
** cjson_loop(count, show): updates the job's data source `count` times. Prints every response on a
** line with `show`.
*/
static int run(lua_State *L) {
  luaL_checkinteger(L, 1);
  lua_settop(L, 2);
  lua_pushcfunction(L, run_loop);
  lua_insert(L, 1);
  Connection connection = {0};
  lua_pushlightuserdata(L, &connection);
  cjson_push_functions(L);
  if (!connection_open(&connection)) {
    connection_close(&connection);
    return luaL_error(L, "cannot prepare the connection");
  }
  const int outcome = lua_pcall(L, DECODE, 0, 0); /* protected, so that the connection is closed in any case */
  connection_close(&connection);
  return outcome == LUA_OK ? 0 : lua_error(L);
}

int luaopen_cjson_loop(lua_State *L) {
  lua_pushcfunction(L, run);
  return 1;
}
