/*
** excerpt.h: finds the service's own words in the body of an error, however long the body is.
*/
#ifndef BYTENITE_JSON_EXCERPT_H
#define BYTENITE_JSON_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#pragma GCC visibility push(hidden)

enum { EXCERPT_MAX_VALUE = 16 * 1024 }; /* maximum bytes of a value in an excerpt */

/*
** Appends an object with the members of the object in a JSON text that say what is wrong: code,
** message, requestId, and error with its own code, message and description. Leaves out longer
** values. Reads only strings and brackets, in time linear in the text, until the text is cut or is
** not JSON. Appends nothing if the text is not an object. Returns false if memory runs out.
*/
bool json_excerpt(const char *text, size_t length, Buffer *out);

#pragma GCC visibility pop

#endif
