/*
** exchange.h: the Lua class of an HTTP exchange: a request, sent once or several times, and the
** response to the last attempt.
*/
#ifndef BYTENITE_EXCHANGE_H
#define BYTENITE_EXCHANGE_H

#include <lua.h>

#include "binding/session.h"

#pragma GCC visibility push(hidden)

/*
** User values of an exchange: its session (which it keeps alive), its owner in Lua, the job's id,
** and the method of a raw request.
*/
enum { EXCHANGE_SESSION = 1, EXCHANGE_OWNER, EXCHANGE_ID, EXCHANGE_METHOD, EXCHANGE_USER_VALUES = EXCHANGE_METHOD };

/* Registers the class in a state and pushes the table of its methods. */
void exchange_register(lua_State *L);

/*
** session:exchange(operation, id, body, query): makes the exchange of an API call, given the number
** of its row; `query` is encoded, or nil. Returns the exchange; or nil and what is wrong with the
** body; or nothing if the id cannot be a path segment.
*/
int exchange_new(lua_State *L);

/*
** session:raw_exchange(method, url, body, headers, is_api_call): makes the exchange of any request;
** `body` is text or nil, `headers` a list of "Name: value". An API call also gets the headers of
** the session, except for names in `headers`.
*/
int exchange_new_raw(lua_State *L);

#pragma GCC visibility pop

#endif
