/*
** mask_urls.c: hides the users, passwords and queries of URLs. The query of a signed URL has its
** signature.
*/
#include <stdint.h>

#include "redact/mask.h"

/* Positions in the address that starts at the current byte; `end` for a missing part. */
typedef struct Parts {
  size_t delimiter; /* the first "/", "?" or "#" */
  size_t at_sign;   /* the last "@" before it */
  size_t query;     /* the first "?" */
} Parts;

static void start_parts(Parts *parts, size_t end) {
  *parts = (Parts){.delimiter = end, .at_sign = end, .query = end};
}

/* Adds the byte before the current start of the address. */
static void add_in_front(Parts *parts, size_t position, unsigned char byte, size_t end) {
  if (byte == '?') parts->query = position;
  if (byte == '/' || byte == '?' || byte == '#') {
    parts->delimiter = position;
    parts->at_sign = end;
  }
  if (byte == '@' && parts->at_sign == end) parts->at_sign = position;
}

static bool is_percent_encoded(const Masked *masked, const View *view, size_t position) {
  return masked->text[view->bytes[position].start] == '%';
}

/* Returns true for white space, quotes and angle brackets, unless they are percent-encoded. */
static bool ends_address(const Masked *masked, const View *view, size_t position) {
  const unsigned char byte = view->bytes[position].byte;
  const bool may_end = byte <= ' ' || byte == '"' || byte == '\'' || byte == '<' || byte == '>';
  return may_end && !is_percent_encoded(masked, view, position);
}

static bool is_start(const View *view, size_t position) {
  const UnescapedByte *bytes = view->bytes + position;
  return position >= 3 && bytes[-3].byte == ':' && bytes[-2].byte == '/' && bytes[-1].byte == '/';
}

/*
** Goes through the text from its end, so that the parts of each address are known at its start and
** the time is linear. A percent-encoded "?" starts a query only if the whole address is encoded.
*/
void mask_urls(Masked *masked, const View *view) {
  size_t end = view->count;
  Parts literal, decoded;
  start_parts(&literal, end);
  start_parts(&decoded, end);
  for (size_t position = view->count; position-- > 0;) {
    if (ends_address(masked, view, position)) {
      end = position;
      start_parts(&literal, end);
      start_parts(&decoded, end);
      continue;
    }
    const unsigned char byte = view->bytes[position].byte;
    add_in_front(&decoded, position, byte, end);
    if (!is_percent_encoded(masked, view, position)) add_in_front(&literal, position, byte, end);
    if (!is_start(view, position)) continue;
    const Parts *parts = is_percent_encoded(masked, view, position - 1) ? &decoded : &literal;
    if (parts->at_sign < end) mask_view(masked, view, position, parts->at_sign);
    if (parts->query < end) mask_view(masked, view, parts->query + 1, end);
  }
}
