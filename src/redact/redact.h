/*
** redact.h: removes secrets from texts.
*/
#ifndef BYTENITE_REDACT_H
#define BYTENITE_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "redact/secrets.h"

#pragma GCC visibility push(hidden)

enum { REDACT_LONGEST = 1024 * 1024 }; /* bytes */

/*
** Appends a text to `out` with its secrets replaced by marks: the known secrets in any form, the
** values of JSON members with the names of secrets, and the users, passwords and queries of URLs.
** Cuts
** the text at REDACT_LONGEST bytes. The time is linear in the sizes of the text and the secrets.
** Returns false if memory runs out.
*/
bool redact_text(const Secrets *secrets, const char *text, size_t length, Buffer *out);

#pragma GCC visibility pop

#endif
