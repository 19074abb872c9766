/*
** secrets.h: the Lua class of the known secrets of a call.
*/
#ifndef BYTENITE_BINDING_SECRETS_H
#define BYTENITE_BINDING_SECRETS_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* core.secrets(): returns an empty set of secrets. */
int secrets_new(lua_State *L);

/* core.is_secret_name(name): returns whether a name is that of a secret. */
int secrets_is_name(lua_State *L);

void secrets_register(lua_State *L);

#pragma GCC visibility pop

#endif
