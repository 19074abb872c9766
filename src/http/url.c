/*
** url.c: builds and checks URLs, with libcurl's parser, so that both agree on what a URL contains.
*/
#include "http/url.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

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

static bool is_loopback(const char *host) {
  struct in_addr v4;
  struct in6_addr v6;
  char address[64] = "";
  const size_t length = strlen(host);
  if (strcasecmp(host, "localhost") == 0) return true;
  if (inet_pton(AF_INET, host, &v4) == 1) return ((const unsigned char *)&v4)[0] == 127;
  if (length < 2 || length > sizeof address || host[0] != '[') return false;
  memcpy(address, host + 1, length - 2); /* without brackets */
  return inet_pton(AF_INET6, address, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
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

static bool read_host(CURLU *handle, UrlParts *parts) {
  char *host = NULL;
  const CURLUcode code = curl_url_get(handle, CURLUPART_HOST, &host, 0);
  if (code == CURLUE_OUT_OF_MEMORY) return false;
  if (code != CURLUE_OK) {
    if (parts->reason == NULL) parts->reason = "it has no host";
    return true;
  }
  parts->is_loopback = is_loopback(host);
  curl_free(host);
  return true;
}

static bool read_parts(CURLU *handle, UrlParts *parts) {
  const bool has_user = has_part(handle, CURLUPART_USER);
  if (has_user || has_part(handle, CURLUPART_PASSWORD)) parts->reason = "it carries credentials";
  return read_scheme(handle, parts) && read_host(handle, parts);
}

bool url_look_at(const char *url, UrlParts *parts) {
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
