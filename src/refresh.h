/*
** refresh.h: a job takes over the server's answer in place.
*/
#ifndef BYTENITE_REFRESH_H
#define BYTENITE_REFRESH_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/*
** Makes the table at index `job` hold what the table at index `fresh` holds, and nothing else. Raises only when memory
** runs out, and the job is then as it was.
*/
void refresh(lua_State *L, int job, int fresh);

#pragma GCC visibility pop

#endif
