/*
** text.h: what reading and writing strings share; inline because it runs over every byte.
*/
#ifndef BYTENITE_JSON_TEXT_H
#define BYTENITE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t json_every_byte(uint8_t byte) {
  return UINT64_C(0x0101010101010101) * byte;
}

/*
** Sets the top bit of each of eight bytes that is a quote, a backslash, below 0x20 or above 0x7F.
** Above the lowest such byte, more bits may be set: a subtraction sets the top bit of a byte below
** 0x80 if the difference is negative, and then borrows.
*/
static inline uint64_t json_special_bytes(uint64_t word) {
  const uint64_t control = word - json_every_byte(0x20);
  const uint64_t quote = (word ^ json_every_byte('"')) - json_every_byte(1);
  const uint64_t backslash = (word ^ json_every_byte('\\')) - json_every_byte(1);
  return (word | control | quote | backslash) & json_every_byte(0x80);
}

static inline bool json_is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/*
** Returns how many of the bytes at `text` stand for themselves in a JSON string: ASCII except
** control characters, quote and backslash. Looks at a word at a time, because most bytes of a job
** are such bytes.
*/
static inline size_t json_plain_run(const char *text, size_t available) {
  size_t run = 0;
  uint64_t word;
  for (; available - run >= sizeof word; run += sizeof word) {
    memcpy(&word, text + run, sizeof word);
    const uint64_t special = json_special_bytes(word);
    if (special == 0) continue;
#if defined(__GNUC__) && defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return run + (size_t)__builtin_ctzll(special) / 8; /* the lowest byte is the first */
#else
    break;
#endif
  }
  while (run < available && json_is_plain((unsigned char)text[run]))
    run++;
  return run;
}

#endif
