/*
** Tests of src/http/url.c.
*/
#include "http/url.h"

#include <string.h>

#include "host.h"

static void expect_encoded(const char *bytes, size_t count, const char *expected) {
  Buffer out = {0};
  CHECK(url_append_encoded(&out, bytes, count));
  CHECK_TEXT(expected, buffer_text(&out));
  buffer_free(&out);
}

static void encodes_all_but_the_unreserved(void) {
  static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (int byte = 0; byte < 256; byte++) {
    const char digits[] = "0123456789ABCDEF";
    const char text[] = {(char)byte, '\0'};
    const char encoded[] = {'%', digits[byte / 16], digits[byte % 16], '\0'};
    const bool is_unreserved = byte != 0 && strchr(unreserved, byte) != NULL;
    expect_encoded(text, 1, is_unreserved ? text : encoded);
  }
}

static void encodes_texts(void) {
  expect_encoded("", 0, "");
  expect_encoded("a b", 3, "a%20b");
  expect_encoded("/a/", 3, "%2Fa%2F");
  expect_encoded("\0\xFF", 2, "%00%FF");
  expect_encoded("plain", 5, "plain");
}

static void knows_segments(void) {
  CHECK(url_is_segment("a", 1));
  CHECK(url_is_segment("...", 3));
  CHECK(url_is_segment(".a", 2));
  CHECK(url_is_segment("a/b c", 5));
  CHECK(url_is_segment("\xC3\xA9", 2));
  CHECK(url_is_segment(" ", 1));
  CHECK(url_is_segment("~\x80", 2));
}

static void knows_what_is_no_segment(void) {
  CHECK(!url_is_segment("", 0));
  CHECK(!url_is_segment(".", 1));
  CHECK(!url_is_segment("..", 2));
  CHECK(!url_is_segment("a\n", 2));
  CHECK(!url_is_segment("\x1F", 1));
  CHECK(!url_is_segment("a\x7F", 2));
  CHECK(!url_is_segment("a\0b", 3));
}

static UrlParts parts_of(const char *url) {
  UrlParts parts;
  CHECK(url_check_base(url, &parts));
  return parts;
}

static void takes_urls_apart(void) {
  UrlParts parts = parts_of("https://api.bytenite.com/v1");
  CHECK(parts.is_https && !parts.is_loopback && parts.reason == NULL);
  parts = parts_of("http://example.com:8080");
  CHECK(!parts.is_https && !parts.is_loopback && parts.reason == NULL);
  parts = parts_of("HTTPS://EXAMPLE.COM");
  CHECK(parts.is_https && parts.reason == NULL);
}

static void knows_loopback(void) {
  static const char *const loopback[] = {"http://localhost", "http://LOCALHOST:80/x",
                                         "http://127.0.0.1", "http://127.255.255.254:1",
                                         "http://[::1]:80",  "http://[0:0:0:0:0:0:0:1]"};
  static const char *const others[] = {
    "http://localhost.example.com", "http://126.0.0.1",     "http://128.0.0.1",  "http://[::2]",
    "http://127.0.0.1.example.com", "http://[2001:db8::1]", "http://example.com"};
  for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++)
    if (!parts_of(loopback[i]).is_loopback) CHECK_TEXT("loopback", loopback[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (parts_of(others[i]).is_loopback) CHECK_TEXT("not loopback", others[i]);
}

static void says_why_not(void) {
  CHECK_TEXT("it has a query or a fragment", parts_of("https://example.com/?a=b").reason);
  CHECK_TEXT("it has a query or a fragment", parts_of("https://example.com/?").reason);
  CHECK_TEXT("it has a query or a fragment", parts_of("https://example.com/#").reason);
  CHECK_TEXT("it carries credentials", parts_of("https://user@example.com").reason);
  CHECK_TEXT("it carries credentials", parts_of("https://:secret@example.com").reason);
  CHECK_TEXT("its scheme is neither https nor http", parts_of("ftp://example.com").reason);
  CHECK_TEXT("its scheme is neither https nor http", parts_of("other://example.com").reason);
  CHECK_TEXT("its host is not in ASCII", parts_of("https://ex%80mple.com").reason);
  CHECK_TEXT("its host is not in ASCII", parts_of("https://example.co%FF").reason);
  CHECK_TEXT("it is no absolute URL", parts_of("example.com").reason);
  CHECK_TEXT("it is no absolute URL", parts_of("").reason);
  CHECK(parts_of("https://").reason != NULL);
}

UNIT(url_unit, "http/url", {"encodes all bytes except the unreserved ones", encodes_all_but_the_unreserved},
     {"encodes texts", encodes_texts}, {"knows the segments of paths", knows_segments},
     {"knows what would change a path", knows_what_is_no_segment}, {"takes URLs apart", takes_urls_apart},
     {"knows the hosts of loopback", knows_loopback}, {"says why a URL cannot be a base URL", says_why_not});
