/*
** operations.h: the API's calls as data, one row each. Includes no lua.h.
**
** Methods, routes of the sandbox, the reference page and the test against the contract are derived from the rows.
*/
#ifndef BYTENITE_OPERATIONS_H
#define BYTENITE_OPERATIONS_H

#include <stdbool.h>

#include "schema.h"

#pragma GCC visibility push(hidden)

typedef struct Operation {
  const char *name;     /* as the Lua method is called */
  const char *method;   /* of HTTP */
  const char *path;     /* below the base URL, with {service} and {jobId} */
  const Schema *body;   /* of the request; NULL for none */
  const Schema *result; /* of a successful answer; NULL: any */
  bool repeatable;      /* sending it twice does what sending it once does */
  bool authorized;      /* carries the access token */
  const char *summary;
} Operation;

/* The rows, ended by one whose name is NULL. */
extern const Operation operations[];

/* The row of that name, or NULL. */
const Operation *operation_find(const char *name);

#pragma GCC visibility pop

#endif
