/*
** bytes.h: comparing a few bytes, inline: a call of memcmp costs more than to compare the short texts we have. Includes no lua.h.
*/
#ifndef BYTENITE_BYTES_H
#define BYTENITE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t bytes_load8(const char *bytes) {
  uint64_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

static inline uint32_t bytes_load4(const char *bytes) {
  uint32_t word;
  memcpy(&word, bytes, sizeof word);
  return word;
}

/* Whether two texts of the same length are the same. The last words overlap with those before, so that no byte beyond is read. */
static inline bool bytes_are_same(const char *a, const char *b, size_t length) {
  if (length >= 8) {
    for (size_t at = 0; at < length - 8; at += 8)
      if (bytes_load8(a + at) != bytes_load8(b + at)) return false;
    return bytes_load8(a + length - 8) == bytes_load8(b + length - 8);
  }
  if (length >= 4) return bytes_load4(a) == bytes_load4(b) && bytes_load4(a + length - 4) == bytes_load4(b + length - 4);
  for (size_t at = 0; at < length; at++)
    if (a[at] != b[at]) return false;
  return true;
}

#endif
