/*
** json_text.c: what reading and writing JSON text share.
*/
#include "json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EVERY_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* The top bit of each byte that is zero; of bytes above the lowest such one perhaps too many. */
static uint64_t zero_bytes(uint64_t word) {
  return (word - EVERY_BYTE(0x01)) & ~word & EVERY_BYTE(0x80);
}

/*
** The top bit of each of eight bytes that is a quote, a backslash, below 0x20 or above 0x7F; exact up to and including the lowest.
*/
static uint64_t special_bytes(uint64_t word) {
  const uint64_t control = (word - EVERY_BYTE(0x20)) & ~word;
  return (zero_bytes(word ^ EVERY_BYTE('"')) | zero_bytes(word ^ EVERY_BYTE('\\')) | control | word) & EVERY_BYTE(0x80);
}

static bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

size_t json_plain_run(const char *text, size_t available) {
  size_t run = 0;
  uint64_t word;
  for (; available - run >= sizeof word; run += sizeof word) {
    memcpy(&word, text + run, sizeof word);
    const uint64_t special = special_bytes(word);
    if (special == 0) continue;
#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return run + (size_t)__builtin_ctzll(special) / 8; /* the lowest byte is the first */
#else
    break;
#endif
  }
  while (run < available && is_plain((unsigned char)text[run]))
    run++;
  return run;
}
