/*
** write.c: scalars -> JSON text.
*/
#include "json/write.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/text.h"
#include "json/utf8.h"

enum { REAL_SIZE = 64 };

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

/* Appends what stands at `at` and must not go out as it is, or is more than one byte; moves *at past it. */
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

JsonWritten json_write_integer(Buffer *out, int64_t integer) {
  char text[REAL_SIZE];
  snprintf(text, sizeof text, "%" PRId64, integer);
  return written(buffer_append_text(out, text));
}

static bool reads_back(const char *text, double real) {
  return strtod(text, NULL) == real; /* follows the same locale as printf, so its decimal mark does no harm here */
}

/* Adds one to the last digit of a printed mantissa; false when that would change its length. */
static bool round_up(char *text) {
  for (char *digit = text + strcspn(text, "e"); digit-- > text;) {
    if (*digit < '0' || *digit > '9') continue; /* the sign, the decimal mark */
    if (*digit != '9') {
      ++*digit;
      return true;
    }
    *digit = '0';
  }
  return false;
}

/*
** The fewest significant digits that read back as the same double; 15 always do for what has that few, so start there. Below a
** power of two doubles are twice as dense as above, so the nearest decimal may miss it where the next one up does not.
*/
static void shortest(double real, char text[REAL_SIZE]) {
  const int first = fabs(real) < DBL_MIN ? 1 : DBL_DIG; /* subnormals carry fewer digits */
  for (int digits = first; digits <= DBL_DECIMAL_DIG; digits++) {
    snprintf(text, REAL_SIZE, "%.*g", digits, real);
    if (reads_back(text, real) || (round_up(text) && reads_back(text, real))) return;
  }
  snprintf(text, REAL_SIZE, "%.*g", DBL_DECIMAL_DIG, real);
}

/* Appends what printf made of a double: the locale's decimal mark as a point, the exponent without plus and leading zeros. */
static bool append_real(Buffer *out, const char *text) {
  for (const char *at = text; *at != '\0';) {
    const size_t plain = strspn(at, "-0123456789");
    if (!buffer_append(out, at, plain)) return false;
    at += plain;
    if (*at == '\0') return true;
    if (*at == 'e') {
      if (!buffer_append_byte(out, 'e')) return false;
      at++;
      if (*at == '-' && !buffer_append_byte(out, '-')) return false;
      at += strspn(at, "+-");
      at += strspn(at, "0");
    } else {
      if (!buffer_append_byte(out, '.')) return false;
      at += strcspn(at, "0123456789");
    }
  }
  return true;
}

JsonWritten json_write_real(Buffer *out, double real) {
  if (!isfinite(real)) return JSON_NOT_FINITE;
  if (real == 0.0) return written(buffer_append_text(out, signbit(real) ? "-0" : "0"));
  if (real >= -0x1p63 && real < 0x1p63 && (double)(int64_t)real == real) return json_write_integer(out, (int64_t)real);
  char text[REAL_SIZE];
  shortest(real, text);
  return written(append_real(out, text));
}
