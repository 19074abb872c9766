/*
** write.h: appends scalars to a buffer as JSON text.
*/
#ifndef BYTENITE_JSON_WRITE_H
#define BYTENITE_JSON_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#pragma GCC visibility push(hidden)

typedef enum JsonWritten {
  JSON_WRITTEN,
  JSON_NO_MEMORY,
  JSON_NOT_UTF8,  /* the string is not valid UTF-8 */
  JSON_NOT_FINITE /* NaN or an infinity */
} JsonWritten;

/* If one of these functions fails, part of its text may have been appended. */

/* Appends a string in quotes. Escapes only what RFC 8259 section 7 requires. */
JsonWritten json_write_string(Buffer *out, const char *text, size_t length);

/* Appends a member's name, in which nothing needs an escape, and the colon. */
JsonWritten json_write_plain_name(Buffer *out, const char *name, size_t length);

JsonWritten json_write_integer(Buffer *out, int64_t integer);

/*
** Appends a double in the shortest form that reads back as the same double, with a decimal point in
** every locale; an integral one within int64 has neither fraction nor exponent.
*/
JsonWritten json_write_real(Buffer *out, double real);

#pragma GCC visibility pop

#endif
