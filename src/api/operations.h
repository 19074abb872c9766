/*
** operations.h: the API's calls as data, one row each. Includes no lua.h.
**
** Methods, routes of the sandbox, the reference page and the test against the contract are derived from the rows.
*/
#ifndef BYTENITE_OPERATIONS_H
#define BYTENITE_OPERATIONS_H

#include <stdbool.h>

#include "api/schema.h"

#pragma GCC visibility push(hidden)

typedef struct Operation {
  const char *name;     /* as the Lua method is called */
  const char *method;   /* of HTTP */
  const char *path;     /* below the base URL, with {service} and {jobId} */
  const Schema *query;  /* of the request: what goes into the URL's query, members of members with a dot; NULL for none */
  const Schema *body;   /* of the request; NULL for none */
  const Schema *result; /* of a successful answer; NULL: any */
  bool repeatable;      /* sending it twice does what sending it once does */
  bool authorized;      /* carries the access token */
} Operation;

/* The rows, ended by one whose name is NULL. */
extern const Operation operations[];

/*
** Whether libcurl must not repeat it by itself, unseen: what is not repeatable; and DELETE, because only who has sent it before knows
** that "not found" means done.
*/
bool operation_is_sent_once(const Operation *operation);

/* The row of that number, counted from 1, or NULL. */
const Operation *operation_at(long long number);

#pragma GCC visibility pop

#endif
