/*
** utf8.h: checks and writes UTF-8.
*/
#ifndef BYTENITE_UTF8_H
#define BYTENITE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
** Returns the length in bytes (1 to 4) of the well-formed sequence at `bytes`, of which `available`
** may be read; 0 if it is truncated, overlong, a surrogate, or above U+10FFFF (RFC 3629).
*/
size_t utf8_sequence(const char *bytes, size_t available);

/*
** Writes a code point (at most U+10FFFF, not a surrogate) as UTF-8. Returns the number of bytes, 1
** to 4.
*/
size_t utf8_encode(uint32_t code_point, char *out);

#pragma GCC visibility pop

#endif
