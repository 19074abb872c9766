/*
** job_refresh.h: a job takes over the server's answer in place.
*/
#ifndef BYTENITE_JOB_REFRESH_H
#define BYTENITE_JOB_REFRESH_H

#include <lua.h>

#include "api/schema.h"
#include "binding/marshal.h"

#pragma GCC visibility push(hidden)

/*
** Makes the table at index `job` hold what was read of a job, and nothing else. Raises only when memory runs out, and the job is then
** as it was.
*/
void refresh(lua_State *L, int job, const Schema *schema, const JobMembers *members);

#pragma GCC visibility pop

#endif
