/*
** plain.h: texts without their escapes, so that a secret is found however it is written.
*/
#ifndef BYTENITE_PLAIN_H
#define BYTENITE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* A byte of a plain text, and the bytes of the source that it stands for. */
typedef struct PlainByte {
  uint32_t start, end;
  unsigned char byte;
} PlainByte;

/*
** Removes the escapes of JSON, HTML, XML and URLs, also of one in another, and all backslashes.
** Writes at most `length` bytes to `out` and returns their number.
*/
size_t plain_decode(PlainByte *out, const char *text, size_t length);

/*
** Returns a byte as it is compared: the letter of an escape for the character that it stands for (a
** secret may hold a backslash and an "n" or a line feed), and a space for "+" (as in forms).
*/
unsigned char plain_fold(unsigned char byte);

#pragma GCC visibility pop

#endif
