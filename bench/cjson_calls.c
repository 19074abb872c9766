/*
** cjson_calls.c: its bodies are a few bytes longer than others, because lua-cjson 2.1.0 escapes
** slashes.
*/
#include "cjson_calls.h"

#include <stdio.h>

#include "request.h"

void cjson_push_functions(lua_State *L) {
  lua_getglobal(L, "require");
  lua_pushstring(L, "cjson");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "encode");
  lua_getfield(L, -2, "decode");
  lua_remove(L, -3);
}

static void set_text(lua_State *L, const char *name, const char *text) {
  lua_pushstring(L, text);
  lua_setfield(L, -2, name);
}

/* Pushes the argument like a table constructor in a script: every table in its final size. */
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

void cjson_push_body(lua_State *L, int encode) {
  lua_pushvalue(L, encode);
  push_argument(L);
  lua_call(L, 1, 1);
}

void cjson_push_answer(lua_State *L, int decode, const Connection *connection) {
  lua_pushvalue(L, decode);
  lua_pushlstring(L, connection->response, connection->response_length);
  lua_call(L, 1, 1);
}

void cjson_show(lua_State *L, int encode) {
  lua_pushvalue(L, encode);
  lua_pushvalue(L, -2);
  lua_call(L, 1, 1);
  puts(lua_tostring(L, -1));
  lua_pop(L, 1);
}
