/*
** write.c: appends scalars to a buffer as JSON text.
*/
#include "json/write.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "json/shortest.h"
#include "json/text.h"
#include "json/utf8.h"

enum {
  MAX_INTEGER_DIGITS = 20,
  MAX_REAL_SIZE = 32,     /* characters: a sign, 17 digits, a point, leading zeros or an exponent */
  MIN_PLAIN_EXPONENT = -4 /* of a double written without an exponent: 0.0001 */
};

static JsonWritten written(bool has_memory) {
  return has_memory ? JSON_WRITTEN : JSON_NO_MEMORY;
}

static JsonWritten write_escaped(Buffer *out, unsigned char byte) {
  static const char escaped[] = "\"\\\b\f\n\r\t";
  static const char letters[] = "\"\\bfnrt";
  char text[8];
  const char *known = byte != '\0' ? strchr(escaped, byte) : NULL;
  if (known != NULL)
    snprintf(text, sizeof text, "\\%c", letters[known - escaped]);
  else
    snprintf(text, sizeof text, "\\u%04x", byte);
  return written(buffer_append_text(out, text));
}

/* Appends the byte or sequence of UTF-8 at `*at`, escaped if necessary, and moves `*at` past it. */
static JsonWritten write_special(Buffer *out, const char *text, size_t length, size_t *at) {
  const unsigned char byte = (unsigned char)text[*at];
  const size_t sequence = utf8_sequence(text + *at, length - *at);
  if (sequence == 0) return JSON_NOT_UTF8;
  const size_t from = *at;
  *at += sequence;
  if (byte < 0x20 || byte == '"' || byte == '\\') return write_escaped(out, byte);
  return written(buffer_append(out, text + from, sequence));
}

JsonWritten json_write_string(Buffer *out, const char *text, size_t length) {
  if (!buffer_reserve(out, length + 2)) return JSON_NO_MEMORY;
  if (!buffer_append_byte(out, '"')) return JSON_NO_MEMORY;
  for (size_t at = 0; at < length;) {
    const size_t run = json_plain_run(text + at, length - at);
    if (run > 0 && !buffer_append(out, text + at, run)) return JSON_NO_MEMORY;
    at += run;
    if (at == length) break;
    const JsonWritten special = write_special(out, text, length, &at);
    if (special != JSON_WRITTEN) return special;
  }
  return written(buffer_append_byte(out, '"'));
}

JsonWritten json_write_plain_name(Buffer *out, const char *name, size_t length) {
  if (!buffer_reserve(out, length + 3)) return JSON_NO_MEMORY;
  char *at = out->data + out->length;
  *at++ = '"';
  memcpy(at, name, length);
  memcpy(at + length, "\":", 3); /* with its NUL */
  out->length += length + 3;
  return JSON_WRITTEN;
}

/* Writes the decimal digits of a number before `end`; returns the first digit. */
static char *put_digits(char *end, uint64_t number) {
  do {
    *--end = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return end;
}

JsonWritten json_write_integer(Buffer *out, int64_t integer) {
  char text[MAX_INTEGER_DIGITS + 1];
  char *end = text + sizeof text;
  char *at = put_digits(end, integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer);
  if (integer < 0) *--at = '-';
  return written(buffer_append(out, at, (size_t)(end - at)));
}

static char *put_zeros(char *at, int count) {
  for (; count > 0; count--)
    *at++ = '0';
  return at;
}

/*
** Writes digits with a point after the first `before`, and leading zeros if `before` is not
** positive: 12.5, 0.0125.
*/
static char *put_with_point(char *at, const char *digits, int count, int before) {
  if (before <= 0) {
    *at++ = '0';
    *at++ = '.';
    at = put_zeros(at, -before);
    before = 0;
  }
  for (int i = 0; i < count; i++) {
    if (i == before && i > 0) *at++ = '.';
    *at++ = digits[i];
  }
  return at;
}

/* Writes the shortest form of a double that is finite, not zero and not an integer within int64. */
static char *put_real(char *at, double real) {
  char text[MAX_INTEGER_DIGITS];
  char *end = text + sizeof text;
  const ShortestDecimal decimal = shortest_decimal(fabs(real));
  const char *digits = put_digits(end, decimal.digits);
  const int count = (int)(end - digits);
  const int exponent = decimal.exponent + count - 1; /* of the first digit */
  if (real < 0) *at++ = '-';
  if (decimal.exponent < 0 && exponent >= MIN_PLAIN_EXPONENT) return put_with_point(at, digits, count, exponent + 1);
  at = put_with_point(at, digits, count, 1);
  *at++ = 'e';
  if (exponent < 0) *at++ = '-';
  digits = put_digits(end, (uint64_t)(exponent < 0 ? -exponent : exponent));
  memcpy(at, digits, (size_t)(end - digits));
  return at + (end - digits);
}

JsonWritten json_write_real(Buffer *out, double real) {
  if (!isfinite(real)) return JSON_NOT_FINITE;
  if (real == 0.0) return written(buffer_append_text(out, signbit(real) ? "-0" : "0"));
  if (real >= -0x1p63 && real < 0x1p63 && (double)(int64_t)real == real) return json_write_integer(out, (int64_t)real);
  char text[MAX_REAL_SIZE];
  return written(buffer_append(out, text, (size_t)(put_real(text, real) - text)));
}
