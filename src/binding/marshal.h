/*
** marshal.h: converts between JSON and Lua values, typed and checked by schema.
**
** The dialect is lua-cjson's: null is the light userdata NULL (`cjson.null`), arrays carry
** `cjson.array_mt`, or a metatable of ours if lua-cjson has none, and lua-cjson's marks for empty
** arrays are honoured.
*/
#ifndef BYTENITE_MARSHAL_H
#define BYTENITE_MARSHAL_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "api/schema.h"
#include "base/buffer.h"
#include "json/read.h"

#pragma GCC visibility push(hidden)

enum {
  MARSHAL_MAX_BODY_LEVELS = 100,       /* of nested tables in a request body */
  MARSHAL_MAX_LEVELS = JSON_MAX_LEVELS /* in other texts: jobs that were sent or read can be saved */
};

/*
** Prepares a Lua state: loads lua-cjson and stores its marks. May run any number of times.
*/
void marshal_init(lua_State *L);

/*
** Appends the value at `index` to `out` as JSON, for a request body. `job` is the index of the job
** that the request is for, or 0: members that the job already has in the same place never count as
** misspelled. If the value cannot be written, pushes a message that names the place and the reason,
** and returns false; `out` may then have a part of the text. Raises only if memory runs out.
*/
bool marshal_write(lua_State *L, int index, const Schema *schema, int job, Buffer *out);

/* Does the same as marshal_write for a text that is not a request body. */
bool marshal_encode(lua_State *L, int index, const Schema *schema, Buffer *out);

/*
** Pushes the value of a JSON text, which must end in a NUL. If the text is not JSON, pushes a
** message that says what is wrong and where, and returns false. Raises only if memory runs out.
*/
bool marshal_read(lua_State *L, const char *text, size_t length, const Schema *schema);

typedef enum JobOutcome {
  JOB_READ,
  JOB_NOT_JSON,
  JOB_NOT_OBJECT, /* the response is not an object */
  JOB_NOT_OK,     /* it says `ok: false` */
  JOB_MISSING     /* it has no job */
} JobOutcome;

/* Stack indices of the values of a job that was read; 0 for absent members. */
typedef struct JobMembers {
  int at[SCHEMA_MAX_MEMBERS]; /* of the declared members, in the order of their declaration */
  int others;                 /* of a table with the undeclared members */
} JobMembers;

/*
** Reads a response `{job, templateInfo}`; templateInfo may be in the job or next to it. For
** JOB_READ pushes the values of the job's members and some more, and fills `members`. For
** JOB_NOT_JSON pushes what is wrong. Otherwise pushes nothing.
*/
JobOutcome marshal_read_job(lua_State *L, const char *text, size_t length, JobMembers *members);

/* Pushes the value that stands for null. */
void marshal_push_null(lua_State *L);

bool marshal_is_null(lua_State *L, int index);

/* Pushes the metatable that marks arrays. */
void marshal_push_array_metatable(lua_State *L);

/*
** Returns true for a table marked as an array by us or by lua-cjson, and for lua-cjson's empty
** array.
*/
bool marshal_is_array(lua_State *L, int index);

typedef enum TableKind {
  TABLE_OBJECT,
  TABLE_ARRAY,
  TABLE_HIDDEN, /* shows its content only through __pairs: it would be written as empty */
  TABLE_FOREIGN /* may stand for null in another JSON library */
} TableKind;

/* Returns how a table is written: as an array if it is marked as one or has items. */
TableKind marshal_table_kind(lua_State *L, int index);

/*
** Pushes the list of an object's member names, in the order of their declaration. Raises only if
** memory runs out.
*/
void marshal_push_names(lua_State *L, const Schema *schema);

/* Returns true if the table at index `table` has the key on top of the stack. */
bool marshal_has_key(lua_State *L, int table);

#pragma GCC visibility pop

#endif
