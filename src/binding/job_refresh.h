/*
** job_refresh.h: updates a job's table in place.
*/
#ifndef BYTENITE_JOB_REFRESH_H
#define BYTENITE_JOB_REFRESH_H

#include <lua.h>

#include "binding/marshal.h"

#pragma GCC visibility push(hidden)

/*
** Makes the table at index `job` contain the members of a job that was read, and nothing else.
** Raises only if memory runs out; the table is then unchanged.
*/
void refresh(lua_State *L, int job, const JobMembers *members);

#pragma GCC visibility pop

#endif
