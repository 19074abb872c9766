/*
** marshal_read.h: reads values, for any text and for job responses.
*/
#ifndef BYTENITE_MARSHAL_READ_H
#define BYTENITE_MARSHAL_READ_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/schema.h"
#include "json/read.h"

#pragma GCC visibility push(hidden)

/* Builds Lua values from a text. */
typedef struct Builder {
  lua_State *L;
  JsonReader reader;
  int array_metatable; /* stack index */
  size_t levels;       /* of nested arrays and objects that the Lua stack has room for */
} Builder;

/* Iterates over the members of an object with a schema. */
typedef struct MemberWalk {
  const Schema *schema;
  size_t next;                /* index of the declared member to try first */
  uint64_t seen;              /* a bit for each declared member that was read */
  bool has_member;            /* false after the last member */
  JsonToken name;             /* of the current member */
  const SchemaMember *member; /* its declaration, or NULL */
  size_t index;               /* of the declaration */
} MemberWalk;

/*
** The functions that read return false if the text is not JSON, and leave the stack for the caller
** to clear.
*/

/* Starts reading a text. Makes room for `slots` values on the Lua stack and pushes one. */
void builder_begin(Builder *builder, lua_State *L, const char *text, size_t length, int slots);

/* Pushes what is wrong with the text. */
void builder_push_problem(const Builder *builder);

/* Pushes the value that starts with a token. */
bool builder_push_value(Builder *builder, const JsonToken *token, const Schema *schema);

/* Reads the name of an object's first or next member. */
bool builder_first_member(Builder *builder, MemberWalk *walk, const Schema *schema);
bool builder_next_member(Builder *builder, MemberWalk *walk);

/* Reads the value of an undeclared member and adds both to the table at index `table`. */
bool builder_add_undeclared(Builder *builder, const JsonToken *name, int table);

#pragma GCC visibility pop

#endif
