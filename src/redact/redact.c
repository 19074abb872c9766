/*
** redact.c: removes secrets from texts: marks the bytes to hide, then copies the text.
*/
#include "redact/redact.h"

#include <stdlib.h>
#include <string.h>

#include "redact/mask.h"

static const char mark[] = "[redacted]";

void mask_view(Masked *masked, const View *view, size_t from, size_t to) {
  if (from >= to) return;
  const size_t start = view->bytes[from].start, end = view->bytes[to - 1].end;
  memset(masked->mask + start, MASK_HIDDEN, end - start);
}

static bool append_quote(Buffer *out, Mask mask) {
  for (int i = MASK_QUOTED; i < mask; i++)
    if (!buffer_append_byte(out, '\\')) return false;
  return mask < MASK_QUOTED || buffer_append_byte(out, '"');
}

static bool append_mark(Buffer *out, Mask mask) {
  return append_quote(out, mask) && buffer_append_text(out, mark) && append_quote(out, mask);
}

/* Copies the text. Replaces each run of hidden bytes by a mark. */
static bool copy_shown(const Masked *masked, Buffer *out) {
  for (size_t at = 0; at < masked->length;) {
    const size_t start = at;
    const Mask mask = masked->mask[at];
    while (at < masked->length && masked->mask[at] == mask)
      at++;
    const bool is_shown = mask == MASK_SHOWN;
    if (!(is_shown ? buffer_append(out, masked->text + start, at - start) : append_mark(out, mask))) return false;
  }
  return true;
}

/* Marks the bytes to hide. Returns false if memory runs out. */
static bool mask_bytes(Masked *masked, UnescapedByte *bytes, const Secrets *secrets) {
  const View view = {.bytes = bytes, .count = unescape_text(bytes, masked->text, masked->length)};
  mask_urls(masked, &view);
  if (!mask_known(masked, &view, secrets)) return false;
  mask_members(masked);
  return true;
}

bool redact_text(const Secrets *secrets, const char *text, size_t length, Buffer *out) {
  if (length > REDACT_LONGEST) length = REDACT_LONGEST;
  if (length == 0) return true;
  Masked masked = {.text = text, .length = length, .mask = calloc(length, sizeof *masked.mask)};
  UnescapedByte *bytes = malloc(length * sizeof *bytes);
  const bool done =
    masked.mask != NULL && bytes != NULL && mask_bytes(&masked, bytes, secrets) && copy_shown(&masked, out);
  free(bytes);
  free(masked.mask);
  return done;
}
