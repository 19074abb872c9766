/*
** cjson_calls.h: an update like in the thinnest possible binding in C: for every call the argument
** table that a script would pass is created and encoded by lua-cjson, and the response decoded by
** it. Text and tables are then garbage.
*/
#ifndef BENCH_CJSON_CALLS_H
#define BENCH_CJSON_CALLS_H

#include <lua.h>

#include "connection.h"

/* Pushes lua-cjson's functions encode and decode. */
void cjson_push_functions(lua_State *L);

/* Pushes the argument of set_datasource, encoded. `encode` is the stack slot of that function. */
void cjson_push_body(lua_State *L, int encode);

/* Pushes the response that a connection has received, decoded. */
void cjson_push_answer(lua_State *L, int decode, const Connection *connection);

/* Prints the value on the top as JSON. */
void cjson_show(lua_State *L, int encode);

#endif
