/*
** utf8.c: checks and writes UTF-8 (RFC 3629, table in section 4).
*/
#include "json/utf8.h"

#include <stdbool.h>

static bool is_continuation(unsigned char byte) {
  return (byte & 0xC0) == 0x80;
}

/* The second byte rules out overlong forms, surrogates and code points above U+10FFFF. */
static bool is_second(unsigned char first, unsigned char second) {
  switch (first) {
    case 0xE0: return second >= 0xA0 && second <= 0xBF;
    case 0xED: return second >= 0x80 && second <= 0x9F;
    case 0xF0: return second >= 0x90 && second <= 0xBF;
    case 0xF4: return second >= 0x80 && second <= 0x8F;
    default: return is_continuation(second);
  }
}

static size_t length_of(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

size_t utf8_sequence(const char *bytes, size_t available) {
  if (available == 0) return 0;
  const unsigned char *octets = (const unsigned char *)bytes;
  const size_t length = length_of(octets[0]);
  if (length > available) return 0;
  if (length > 1 && !is_second(octets[0], octets[1])) return 0;
  for (size_t i = 2; i < length; i++)
    if (!is_continuation(octets[i])) return 0;
  return length;
}

size_t utf8_encode(uint32_t code_point, char *out) {
  if (code_point < 0x80) {
    out[0] = (char)code_point;
    return 1;
  }
  if (code_point < 0x800) {
    out[0] = (char)(0xC0 | (code_point >> 6));
    out[1] = (char)(0x80 | (code_point & 0x3F));
    return 2;
  }
  if (code_point < 0x10000) {
    out[0] = (char)(0xE0 | (code_point >> 12));
    out[1] = (char)(0x80 | ((code_point >> 6) & 0x3F));
    out[2] = (char)(0x80 | (code_point & 0x3F));
    return 3;
  }
  out[0] = (char)(0xF0 | (code_point >> 18));
  out[1] = (char)(0x80 | ((code_point >> 12) & 0x3F));
  out[2] = (char)(0x80 | ((code_point >> 6) & 0x3F));
  out[3] = (char)(0x80 | (code_point & 0x3F));
  return 4;
}
