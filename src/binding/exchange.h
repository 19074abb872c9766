/*
** exchange.h: the Lua class of one call on the wire: a request, sent as often as it takes, and the answer to the last sending.
*/
#ifndef BYTENITE_EXCHANGE_H
#define BYTENITE_EXCHANGE_H

#include <lua.h>

#include "binding/session.h"

#pragma GCC visibility push(hidden)

/*
** User values of an exchange: its session (kept alive by it), what the Lua side wants back when it ends, the job's id, and a raw one's
** method.
*/
enum { EXCHANGE_SESSION = 1, EXCHANGE_OWNER, EXCHANGE_ID, EXCHANGE_METHOD, EXCHANGE_USER_VALUES = EXCHANGE_METHOD };

/* Makes the class known to a state and pushes the table of its methods. */
void exchange_register(lua_State *L);

/*
** session:exchange(operation, id, body, query): a call of the API by the number of its row; `query` encoded, or nil. Returns the
** exchange; or nil and what is wrong with the body, or nothing where the id is no path segment.
*/
int exchange_new(lua_State *L);

/*
** session:raw_exchange(method, url, body, headers): any request; `body` text or nil, `headers` a list of "Name: value".
*/
int exchange_new_raw(lua_State *L);

#pragma GCC visibility pop

#endif
