/*
** operations.h: the API's calls as data, one row each.
**
** Methods, the sandbox's routes, the reference page and the contract test are derived from the
** rows.
*/
#ifndef BYTENITE_OPERATIONS_H
#define BYTENITE_OPERATIONS_H

#include <stdbool.h>

#include "api/schema.h"

#pragma GCC visibility push(hidden)

typedef struct Operation {
  const char *name;     /* of the Lua method */
  const char *method;   /* HTTP method */
  const char *path;     /* below the base URL, with {service} and {jobId} */
  const Schema *query;  /* of the URL; nested members are joined with a dot; NULL for none */
  const Schema *body;   /* of the request; NULL for none */
  const Schema *result; /* of a successful response; NULL for any */
  bool repeatable;      /* idempotent: sending it twice has the effect of sending it once */
  bool authorized;      /* carries the access token */
} Operation;

/* The rows; one without a name ends the list. */
extern const Operation operations[];

/*
** Returns true if libcurl must not repeat the request on its own: if it is not repeatable, or if it
** is a DELETE, because "not found" means success only to a caller who knows that it was sent
** before.
*/
bool operation_is_sent_once(const Operation *operation);

/* Returns a row by its number, from 1, or NULL. */
const Operation *operation_at(long long number);

#pragma GCC visibility pop

#endif
