/*
** mask.h: which bytes of a text are hidden.
*/
#ifndef BYTENITE_MASK_H
#define BYTENITE_MASK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "redact/secrets.h"
#include "redact/unescape.h"

#pragma GCC visibility push(hidden)

/*
** One per byte: MASK_SHOWN, MASK_HIDDEN, or MASK_QUOTED plus a number of backslashes. MASK_QUOTED
** puts the mark in quotes, because it replaces a JSON value that is not a string.
*/
typedef unsigned char Mask;

enum { MASK_SHOWN, MASK_HIDDEN, MASK_QUOTED, MASK_MOST_BACKSLASHES = 63 };

/* A text and its mask. */
typedef struct Masked {
  const char *text;
  size_t length;
  Mask *mask;
} Masked;

/* The text without its escapes. */
typedef struct View {
  UnescapedByte *bytes;
  size_t count;
} View;

/* Hides the values of JSON members with the names of secrets, also in JSON within JSON. */
void mask_members(Masked *masked);

/* Hides the users, passwords and queries of URLs. */
void mask_urls(Masked *masked, const View *view);

/* Hides the known secrets. Returns false if memory runs out. */
bool mask_known(Masked *masked, const View *view, const Secrets *secrets);

/* Hides the bytes of the text that some bytes of a view stand for. */
void mask_view(Masked *masked, const View *view, size_t from, size_t to);

#pragma GCC visibility pop

#endif
