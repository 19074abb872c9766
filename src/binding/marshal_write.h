/*
** marshal_write.h: the state of writing a value, and refusals that name the place.
*/
#ifndef BYTENITE_MARSHAL_WRITE_H
#define BYTENITE_MARSHAL_WRITE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "binding/marshal.h"

#pragma GCC visibility push(hidden)

/* A table on the way to the value that is being written, and the key of the next step. */
typedef struct Step {
  const void *table;
  const Schema *schema; /* of its members if they are declared; else NULL */
  const char *name;     /* NULL for an item of an array */
  size_t length;
  lua_Integer index;
} Step;

typedef struct Writer {
  lua_State *L;
  Buffer *out;
  int base;             /* top of the stack when the writing began */
  int job;              /* stack index of the job that the value is for; 0: none */
  const Schema *schema; /* of the whole value */
  int max_levels;       /* of nested tables */
  int levels;           /* tables entered */
  Step path[MARSHAL_MAX_LEVELS];
} Writer;

/*
** The functions that refuse leave one message on the stack, "place: reason", drop everything else
** the writing has pushed, and return false.
*/

/* Takes the reason from the top of the stack. */
bool writer_refuse_with_top(Writer *writer);

bool writer_refuse(Writer *writer, const char *reason);

/* Refuses the value at `index` because it is not what is expected. */
bool writer_refuse_type(Writer *writer, int index, const char *expected);

/* Refuses a table that is too deep, perhaps because it contains itself. */
bool writer_refuse_depth(Writer *writer);

/* Refuses the table at `index`, which is neither a list nor an object. */
bool writer_refuse_keys(Writer *writer, int index);

/*
** marshal_names.c: refuses undeclared members that look like mistakes. Both functions check members
** of the table entered last; the message suggests what is meant.
*/

/* Refuses a member that looks misspelled, or that is declared one level higher or lower. */
bool writer_check_name(Writer *writer, const Schema *schema, const char *name, size_t length);

/* Refuses the parameters of a job if they have members, but none of the declared ones. */
bool writer_check_params(Writer *writer, int index, const Schema *schema);

#pragma GCC visibility pop

#endif
