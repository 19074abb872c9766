/*
** url.c: builds and checks URLs, with libcurl's parser, so that both agree on what a URL contains.
*/
#include "http/url.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "http/loopback.h"

static bool is_unreserved(unsigned char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '-' ||
         byte == '.' || byte == '_' || byte == '~';
}

bool url_append_encoded(Buffer *out, const char *bytes, size_t count) {
  static const char digits[] = "0123456789ABCDEF";
  for (size_t at = 0; at < count;) {
    const size_t run = at;
    while (at < count && is_unreserved((unsigned char)bytes[at]))
      at++;
    if (!buffer_append(out, bytes + run, at - run)) return false;
    if (at == count) return true;
    const unsigned char byte = (unsigned char)bytes[at++];
    const char encoded[3] = {'%', digits[byte >> 4], digits[byte & 0xF]};
    if (!buffer_append(out, encoded, sizeof encoded)) return false;
  }
  return true;
}

bool url_is_segment(const char *bytes, size_t count) {
  if (count == 0 || (count <= 2 && memcmp(bytes, "..", count) == 0)) return false;
  for (size_t i = 0; i < count; i++)
    if ((unsigned char)bytes[i] < 0x20 || bytes[i] == 0x7F) return false;
  return true;
}

/* Returns the length of the part of a URL that precedes its path: scheme, host and port. */
static size_t origin_length(const char *url) {
  const char *authority = strstr(url, "://");
  return authority != NULL ? (size_t)(authority + 3 - url) + strcspn(authority + 3, "/?#") : strlen(url);
}

bool url_has_same_origin(const char *url, const char *other) {
  const size_t length = origin_length(url);
  return length == origin_length(other) && strncasecmp(url, other, length) == 0;
}

static bool has_part(CURLU *handle, CURLUPart part) {
  char *text = NULL;
  const bool present = curl_url_get(handle, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return present;
}

static bool read_scheme(CURLU *handle, UrlParts *parts) {
  char *scheme = NULL;
  if (curl_url_get(handle, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) return false;
  parts->is_https = strcmp(scheme, "https") == 0;
  if (!parts->is_https && strcmp(scheme, "http") != 0) parts->reason = "its scheme is neither https nor http";
  curl_free(scheme);
  return true;
}

static bool is_ascii(const char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text >= 0x80) return false;
  return true;
}

static bool read_host(CURLU *handle, UrlParts *parts) {
  char *host = NULL;
  const CURLUcode code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
  if (code == CURLUE_OUT_OF_MEMORY) return false;
  if (code != CURLUE_OK) {
    if (parts->reason == NULL) parts->reason = "it has no host";
    return true;
  }
  parts->is_loopback = loopback_includes(host);
  parts->may_be_loopback = loopback_may_include(host);
  /* libcurl maps some letters of other scripts to those of "localhost" */
  if (!is_ascii(host) && parts->reason == NULL) parts->reason = "its host is not in ASCII";
  curl_free(host);
  return true;
}

static bool read_parts(CURLU *handle, UrlParts *parts) {
  const bool has_user = has_part(handle, CURLUPART_USER);
  if (has_user || has_part(handle, CURLUPART_PASSWORD)) parts->reason = "it carries credentials";
  return read_scheme(handle, parts) && read_host(handle, parts);
}

bool url_check_base(const char *url, UrlParts *parts) {
  *parts = (UrlParts){0};
  if (strpbrk(url, "?#") != NULL) { /* an empty query or fragment counts as well */
    parts->reason = "it has a query or a fragment";
    return true;
  }
  CURLU *handle = curl_url();
  if (handle == NULL) return false;
  const CURLUcode code = curl_url_set(handle, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME);
  bool has_memory = code != CURLUE_OUT_OF_MEMORY;
  if (code == CURLUE_OK)
    has_memory = read_parts(handle, parts);
  else
    parts->reason = "it is no absolute URL";
  curl_url_cleanup(handle);
  return has_memory;
}
