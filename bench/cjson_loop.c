/*
** cjson_loop.c: the second row of the benchmark: the loop of curl_loop.c with lua-cjson both ways, as a Lua module.
**
** It does what the thinnest binding in C would: for every call it makes the argument table that a script would pass,
** has cjson.encode write it, sends that text, and has cjson.decode read the answer; text and tables are then garbage.
** No check, no retry, no time limit, no refresh. All of it is C; Lua only starts it, in the same interpreter and with
** the same collector as bytenite's row. Its bodies are some bytes longer than the others': lua-cjson 2.1.0 escapes slashes.
*/
#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdio.h>

#include "connection.h"
#include "request.h"

/* Stack slots of run_loop. */
enum { COUNT = 1, SHOW, CONNECTION, ENCODE, DECODE };

int luaopen_cjson_loop(lua_State *L);

static void set_text(lua_State *L, const char *name, const char *text) {
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Pushes the argument of set_datasource, as a table constructor in a script makes it: every table in its final size. */
static void push_argument(lua_State *L) {
  lua_createtable(L, 0, 2);
  lua_createtable(L, 0, 2);
  set_text(L, "dataSourceDescriptor", "url");
  lua_createtable(L, 0, 2);
  set_text(L, "@type", SOURCE_TYPE);
  set_text(L, "url", SOURCE_URL);
  lua_setfield(L, -2, "params");
  lua_setfield(L, -2, "dataSource");
  lua_createtable(L, 0, 1);
  set_text(L, "dataSourceDescriptor", "bucket");
  lua_setfield(L, -2, "dataDestination");
}

/* Pushes the answer to one update, decoded. */
static void update(lua_State *L, Connection *connection) {
  lua_pushvalue(L, ENCODE);
  push_argument(L);
  lua_call(L, 1, 1);
  size_t length;
  const char *body = lua_tolstring(L, -1, &length);
  if (!connection_patch(connection, body, length)) luaL_error(L, "an update failed");
  lua_pushvalue(L, DECODE);
  lua_pushlstring(L, connection->answer, connection->answer_length);
  lua_call(L, 1, 1);
}

/* Prints the value on the top as JSON. */
static void show_answer(lua_State *L) {
  lua_pushvalue(L, ENCODE);
  lua_pushvalue(L, -2);
  lua_call(L, 1, 1);
  puts(lua_tostring(L, -1));
}

static int run_loop(lua_State *L) {
  const lua_Integer count = lua_tointeger(L, COUNT);
  const bool show = lua_toboolean(L, SHOW);
  Connection *connection = lua_touserdata(L, CONNECTION);
  for (lua_Integer i = 0; i < count; i++) {
    update(L, connection);
    if (show) show_answer(L);
    lua_settop(L, DECODE);
  }
  return 0;
}

static void push_cjson(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushstring(L, "cjson");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "encode");
  lua_getfield(L, -2, "decode");
  lua_remove(L, -3);
}

/* cjson_loop(count, show): updates the job's data source `count` times; prints every answer, one a line, if asked to. */
static int run(lua_State *L) {
  luaL_checkinteger(L, 1);
  lua_settop(L, 2);
  lua_pushcfunction(L, run_loop);
  lua_insert(L, 1);
  Connection connection = {0};
  lua_pushlightuserdata(L, &connection);
  push_cjson(L);
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
