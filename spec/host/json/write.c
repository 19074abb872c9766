/*
** Tests of src/json/write.c.
*/
#include "json/write.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "host.h"

static void expect_string(const char *text, size_t length, const char *expected) {
  Buffer out = {0};
  CHECK_NUMBER(JSON_WRITTEN, json_write_string(&out, text, length));
  CHECK_TEXT(expected, buffer_text(&out));
  CHECK_NUMBER(strlen(expected), out.length);
  buffer_free(&out);
}

static void escapes_only_what_it_must(void) {
  expect_string("", 0, "\"\"");
  expect_string("plain /text", 11, "\"plain /text\"");
  expect_string("\"\\\b\f\n\r\t", 7, "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
  expect_string("\0\x01\x1F", 3, "\"\\u0000\\u0001\\u001f\"");
  expect_string("\x7F", 1, "\"\x7F\"");
  expect_string("\xC3\xA9\xF0\x9F\x98\x80!", 7, "\"\xC3\xA9\xF0\x9F\x98\x80!\"");
  expect_string("0123456789abcdef0123456789abcdef\n", 33, "\"0123456789abcdef0123456789abcdef\\n\"");
}

static void refuses_invalid_utf8(void) {
  Buffer out = {0};
  CHECK_NUMBER(JSON_NOT_UTF8, json_write_string(&out, "ab\xFF", 3));
  CHECK_NUMBER(JSON_NOT_UTF8, json_write_string(&out, "\xC3", 1)); /* truncated */
  CHECK_NUMBER(JSON_NOT_UTF8, json_write_string(&out, "\xED\xA0\x80", 3));
  buffer_free(&out);
}

static void writes_names(void) {
  Buffer out = {0};
  CHECK_NUMBER(JSON_WRITTEN, json_write_plain_name(&out, "name", 4));
  CHECK_NUMBER(JSON_WRITTEN, json_write_integer(&out, 1));
  CHECK_TEXT("\"name\":1", out.data);
  CHECK_NUMBER(8, out.length);
  buffer_free(&out);
  for (size_t length = 240; length < 270; length++) { /* around the first capacity of a buffer */
    char name[270];
    memset(name, 'n', sizeof name);
    CHECK_NUMBER(JSON_WRITTEN, json_write_plain_name(&out, name, length));
    CHECK_NUMBER(length + 3, strlen(out.data));
    buffer_free(&out);
  }
}

static void expect_integer(int64_t integer, const char *expected) {
  Buffer out = {0};
  CHECK_NUMBER(JSON_WRITTEN, json_write_integer(&out, integer));
  CHECK_TEXT(expected, buffer_text(&out));
  buffer_free(&out);
}

static void writes_integers(void) {
  expect_integer(0, "0");
  expect_integer(9, "9");
  expect_integer(10, "10");
  expect_integer(-1, "-1");
  expect_integer(INT64_MAX, "9223372036854775807");
  expect_integer(INT64_MIN, "-9223372036854775808");
}

static void expect_real(double real, const char *expected) {
  Buffer out = {0};
  CHECK_NUMBER(JSON_WRITTEN, json_write_real(&out, real));
  CHECK_TEXT(expected, buffer_text(&out));
  buffer_free(&out);
}

static void writes_doubles(void) {
  expect_real(0.0, "0");
  expect_real(-0.0, "-0");
  expect_real(5.0, "5");
  expect_real(-5.0, "-5");
  expect_real(0.5, "0.5");
  expect_real(-12.25, "-12.25");
  expect_real(0.1, "0.1");
  expect_real(0.0125, "0.0125");
  expect_real(0.0001, "0.0001");
  expect_real(0.00001, "1e-5");
  expect_real(1.5e-5, "1.5e-5");
  expect_real(123.456, "123.456");
  expect_real(0.30000000000000004, "0.30000000000000004");
  expect_real(1e18, "1000000000000000000");
  expect_real(9223372036854774784.0, "9223372036854774784"); /* the largest double within int64 */
  expect_real(-0x1p63, "-9223372036854775808");
  expect_real(0x1p63, "9.223372036854776e18");
  expect_real(1e22, "1e22");
  expect_real(1.25e100, "1.25e100");
  expect_real(-1.7976931348623157e308, "-1.7976931348623157e308");
  expect_real(5e-324, "5e-324");
  expect_real(1.2345678901234567e-4, "0.00012345678901234567");
}

static void refuses_what_json_cannot_hold(void) {
  Buffer out = {0};
  CHECK_NUMBER(JSON_NOT_FINITE, json_write_real(&out, NAN));
  CHECK_NUMBER(JSON_NOT_FINITE, json_write_real(&out, INFINITY));
  CHECK_NUMBER(JSON_NOT_FINITE, json_write_real(&out, -INFINITY));
  CHECK_TEXT("", buffer_text(&out));
  buffer_free(&out);
}

UNIT(write_unit, "json/write", {"escapes only what must be escaped in strings", escapes_only_what_it_must},
     {"refuses invalid UTF-8", refuses_invalid_utf8}, {"writes names of every length with a colon", writes_names},
     {"writes integers exactly", writes_integers},
     {"writes doubles in their shortest form, integral ones without a fraction", writes_doubles},
     {"refuses NaN and the infinities", refuses_what_json_cannot_hold});
