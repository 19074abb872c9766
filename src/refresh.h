/*
** refresh.h: a job takes over the server's answer in place.
*/
#ifndef BYTENITE_REFRESH_H
#define BYTENITE_REFRESH_H

#include <lua.h>

#include "schema.h"

#pragma GCC visibility push(hidden)

/*
** Makes the table at index `job` hold what was read of a job, and nothing else: from stack index `slots` on the values of the declared
** members (nil for an absent one), in the order of the schema, and then a table of the other members or nil. Raises only when
** memory runs out, and the job is then as it was.
*/
void refresh(lua_State *L, int job, const Schema *schema, int slots);

#pragma GCC visibility pop

#endif
