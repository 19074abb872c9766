/*
** url.h: builds and checks URLs.
*/
#ifndef BYTENITE_URL_H
#define BYTENITE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#pragma GCC visibility push(hidden)

/*
** Appends bytes, percent-encoded except for the unreserved characters of RFC 3986 section 2.3.
** Returns false if memory runs out.
*/
bool url_append_encoded(Buffer *out, const char *bytes, size_t count);

/*
** Returns true for bytes that become a single path segment when encoded: not empty, not "." or
** "..", no control characters.
*/
bool url_is_segment(const char *bytes, size_t count);

/* Returns whether scheme, host and port of two URLs are spelled alike, except for letter case. */
bool url_has_same_origin(const char *url, const char *other);

typedef struct UrlParts {
  bool is_https;
  bool is_loopback;     /* localhost, 127.0.0.0/8 or ::1 */
  bool may_be_loopback; /* also true for other names or addresses of this machine */
  const char *reason;   /* why it cannot be a base URL; NULL if it can */
} UrlParts;

/*
** Checks a base URL: http or https, a host, perhaps a port and a path; no credentials, query or
** fragment. Returns false if memory runs out.
*/
bool url_check_base(const char *url, UrlParts *parts);

#pragma GCC visibility pop

#endif
