/*
** secrets.h: the known secrets of a call.
*/
#ifndef BYTENITE_SECRETS_H
#define BYTENITE_SECRETS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "redact/names.h"

#pragma GCC visibility push(hidden)

enum { SECRET_SHORTEST = 4 }; /* bytes; hiding shorter ones would destroy ordinary text */

typedef struct Secrets {
  Buffer bytes; /* for each secret a SecretHead and the text */
  NameCache names;
} Secrets;

/* A secret, for iteration. */
typedef struct Secret {
  const char *text;
  size_t length;
  bool may_be_encoded; /* in base64 */
} Secret;

/*
** The functions that return bool return false if memory runs out.
*/

/* Adds a secret, unless it is too short. */
bool secrets_add(Secrets *secrets, const char *text, size_t length);

/*
** Adds a value if its name is that of a secret and it is not a common word; and the secrets of
** URLs in it.
*/
bool secrets_add_value(Secrets *secrets, NameKind kind, const char *text, size_t length);

/*
** Adds the secrets in a form or a query: values with the names of secrets, and other long values if
** `is_signed`.
*/
bool secrets_add_form(Secrets *secrets, const char *text, size_t length, bool is_signed);

/* Adds the secrets in a JSON text. In another text it may find some. */
bool secrets_add_json(Secrets *secrets, const char *text, size_t length);

/*
** Gets the secret at a position and moves the position. Start with 0. Returns false after the last
** one.
*/
bool secrets_next(const Secrets *secrets, size_t *position, Secret *secret);

/* Returns true if a text is a number, which a name that hides only text does not hide. */
bool secrets_is_number(const char *text, size_t length);

#pragma GCC visibility pop

#endif
