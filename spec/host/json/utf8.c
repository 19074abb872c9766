/*
** Tests of src/json/utf8.c.
*/
#include "json/utf8.h"

#include <string.h>

#include "host.h"

/* Returns the code point of a well-formed sequence, decoded in the simplest way. */
static uint32_t decode(const char *bytes, size_t length) {
  static const unsigned char masks[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  uint32_t code_point = (unsigned char)bytes[0] & masks[length];
  for (size_t i = 1; i < length; i++)
    code_point = code_point << 6 | ((unsigned char)bytes[i] & 0x3F);
  return code_point;
}

static size_t expected_length(uint32_t code_point) {
  if (code_point < 0x80) return 1;
  if (code_point < 0x800) return 2;
  return code_point < 0x10000 ? 3 : 4;
}

static void writes_what_it_accepts(void) {
  for (uint32_t code_point = 0; code_point <= 0x10FFFF; code_point++) {
    char bytes[4];
    if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
    const size_t length = utf8_encode(code_point, bytes);
    const bool holds =
      CHECK_NUMBER(expected_length(code_point), length) && CHECK_NUMBER(length, utf8_sequence(bytes, length)) &&
      CHECK_NUMBER(0, utf8_sequence(bytes, length - 1)) && CHECK_NUMBER(code_point, decode(bytes, length));
    if (!holds) return;
  }
}

/* RFC 3629 section 4, as a table of ranges that is independent of the code's. */
static bool is_well_formed(const unsigned char *bytes, size_t length) {
  const uint32_t code_point = decode((const char *)bytes, length);
  for (size_t i = 1; i < length; i++)
    if (bytes[i] < 0x80 || bytes[i] > 0xBF) return false;
  return expected_length(code_point) == length && code_point <= 0x10FFFF &&
         (code_point < 0xD800 || code_point > 0xDFFF);
}

static void accepts_just_what_is_well_formed(void) {
  static const unsigned char others[] = {0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};
  for (int first = 0; first < 256; first++)
    for (int second = 0; second < 256; second++)
      for (size_t i = 0; i < sizeof others; i++)
        for (size_t j = 0; j < sizeof others; j++) {
          const unsigned char bytes[4] = {(unsigned char)first, (unsigned char)second, others[i], others[j]};
          size_t length = 0;
          if (first < 0x80)
            length = 1;
          else if (first >= 0xC0 && first < 0xE0 && is_well_formed(bytes, 2))
            length = 2;
          else if (first >= 0xE0 && first < 0xF0 && is_well_formed(bytes, 3))
            length = 3;
          else if (first >= 0xF0 && first < 0xF8 && is_well_formed(bytes, 4))
            length = 4;
          if (!CHECK_NUMBER(length, utf8_sequence((const char *)bytes, 4))) return;
        }
}

static void needs_bytes(void) {
  CHECK_NUMBER(0, utf8_sequence("", 0));
  CHECK_NUMBER(0, utf8_sequence("x", 0));
  CHECK_NUMBER(1, utf8_sequence("", 1)); /* a NUL is a character */
}

UNIT(utf8_unit, "json/utf8", {"writes each code point in the shortest form, and accepts it", writes_what_it_accepts},
     {"accepts a sequence if and only if it is well-formed", accepts_just_what_is_well_formed},
     {"finds nothing in an empty text", needs_bytes});
