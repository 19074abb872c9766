/*
** marshal.h: Lua values from JSON and back, typed and checked by schema. Knows nothing of HTTP.
**
** The dialect is lua-cjson's: null is the light userdata NULL (`cjson.null`), arrays carry `cjson.array_mt` where
** lua-cjson has it and a metatable of ours elsewhere, and lua-cjson's marks for empty arrays are honoured.
*/
#ifndef BYTENITE_MARSHAL_H
#define BYTENITE_MARSHAL_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/schema.h"
#include "base/buffer.h"

#pragma GCC visibility push(hidden)

enum { MARSHAL_MAX_WRITE_DEPTH = 100 }; /* tables in one another */

/* Prepares a Lua state: loads lua-cjson and interns the member names. May run any number of times. */
void marshal_init(lua_State *L);

/*
** Appends the JSON text of the value at `index` to `out`. False when the value cannot be written: then one string
** that names the place and the reason is pushed, and part of the text may stand in `out`. Raises only when memory runs out.
*/
bool marshal_write(lua_State *L, int index, const Schema *schema, Buffer *out);

/*
** Pushes the value of a JSON text (a NUL must stand behind it). False when the text is not JSON: then one string that
** says what is wrong and where is pushed. Raises only when memory runs out.
*/
bool marshal_read(lua_State *L, const char *text, size_t length, const Schema *schema);

typedef enum JobAnswer {
  JOB_READ,
  JOB_NOT_JSON,
  JOB_NOT_OBJECT, /* the answer is none */
  JOB_NOT_OK,     /* it says `ok: false` */
  JOB_MISSING     /* it holds no job */
} JobAnswer;

/* Where the members of a job that was read lie on the stack; 0: the job has no such member. */
typedef struct JobMembers {
  int at[SCHEMA_MAX_MEMBERS]; /* in the order of the schema */
  int others;                 /* a table of those that are not declared */
} JobMembers;

/*
** Reads an answer `{job, templateInfo}`. For JOB_READ pushes the values of the job's members, and some more, and fills `members`; templateInfo may have
** stood inside the job or beside it. For JOB_NOT_JSON pushes what is wrong, else nothing.
*/
JobAnswer marshal_read_job(lua_State *L, const char *text, size_t length, JobMembers *members);

/* Pushes null, as it stands in Lua. */
void marshal_push_null(lua_State *L);

/* True for null. */
bool marshal_is_null(lua_State *L, int index);

/* Pushes the metatable that marks arrays. */
void marshal_push_array_metatable(lua_State *L);

/* True for a table marked as an array by us or by lua-cjson, and for lua-cjson's empty array. */
bool marshal_is_array(lua_State *L, int index);

/* Pushes a table of an object's member names: each name under its index in the declaration, from 1, and each index under its name. */
void marshal_push_names(lua_State *L, const Schema *schema);

/* Whether the table at index `table` has the key on the top, which stays. */
bool marshal_has_key(lua_State *L, int table);

/* For marshal_init: makes the class of the memory of a reading known to a state. */
void marshal_register_workspace(lua_State *L);

#pragma GCC visibility pop

#endif
