/*
** unescape.h: removes the escapes from texts, so that a secret is found however it is written.
*/
#ifndef BYTENITE_UNESCAPE_H
#define BYTENITE_UNESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* A byte of a text without escapes, and the bytes of the source that it stands for. */
typedef struct UnescapedByte {
  uint32_t start, end;
  unsigned char byte;
} UnescapedByte;

/*
** Removes the escapes of JSON, HTML, XML and URLs, even nested ones, and all backslashes.
** Writes at most `length` bytes to `out` and returns their number.
*/
size_t unescape_text(UnescapedByte *out, const char *text, size_t length);

/*
** Returns a byte in the form for comparisons: for a character with a short escape the letter of the
** escape (a secret may have a backslash and an "n", or a line feed), and a space for "+" (as in
** forms).
*/
unsigned char unescape_fold(unsigned char byte);

#pragma GCC visibility pop

#endif
