/*
** write.h: scalars -> JSON text, at the end of a buffer. Includes no lua.h.
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

/* A string in quotes; escapes what RFC 8259 section 7 demands and nothing else. On failure part of it may stand in the buffer. */
JsonWritten json_write_string(Buffer *out, const char *text, size_t length);

/* A member's name in which nothing is to be escaped, and the colon. */
JsonWritten json_write_plain_name(Buffer *out, const char *name, size_t length);

/* An integer, exact. */
JsonWritten json_write_integer(Buffer *out, int64_t integer);

/*
** A double in the shortest form that reads back as the same double, with a point as decimal mark in every locale; an
** integral one within int64 without fraction and exponent.
*/
JsonWritten json_write_real(Buffer *out, double real);

#pragma GCC visibility pop

#endif
