/*
** url.h: addresses put together and looked at. Includes no lua.h.
*/
#ifndef BYTENITE_URL_H
#define BYTENITE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#pragma GCC visibility push(hidden)

/* Appends bytes percent-encoded: all but the unreserved characters of RFC 3986 section 2.3. False: no memory. */
bool url_append_encoded(Buffer *out, const char *bytes, size_t count);

/* True for a path segment that stays a segment when encoded: not empty, not "." or "..", no control characters. */
bool url_is_segment(const char *bytes, size_t count);

typedef struct UrlParts {
  bool is_https;
  bool is_loopback;   /* localhost, 127.0.0.0/8 or ::1 */
  const char *reason; /* why it is no base address; NULL when it is one */
} UrlParts;

/*
** Looks at a base address: http or https, a host, maybe a port and a path; no credentials, query or fragment. The
** reason is left in `parts`; false only when memory ran out.
*/
bool url_look_at(const char *url, UrlParts *parts);

#pragma GCC visibility pop

#endif
