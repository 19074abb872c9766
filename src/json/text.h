/*
** text.h: scans strings, for reading and writing; inline because it runs over every byte.
*/
#ifndef BYTENITE_JSON_TEXT_H
#define BYTENITE_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool json_is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/*
** Only if the processor has registers for a block: elsewhere, as on i386, compilers emulate one on
** the stack, which doubles the stack that a level of nesting takes.
*/
#if (defined(__SSE2__) || defined(__ARM_NEON)) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define JSON_HAS_BLOCKS

/* Bytes that one instruction compares at once; bytes above 0x7F are negative. */
typedef signed char JsonBlock __attribute__((vector_size(16)));

/* Returns how many bytes of a block are plain before the first that is not. */
static inline size_t json_plain_in_block(const char *text) {
  JsonBlock block;
  uint64_t special[2];
  memcpy(&block, text, sizeof block);
  block = (block < 0x20) | (block == '"') | (block == '\\');
  memcpy(special, &block, sizeof special);
  if (special[0] != 0) return (size_t)__builtin_ctzll(special[0]) / 8;
  return special[1] != 0 ? 8 + (size_t)__builtin_ctzll(special[1]) / 8 : sizeof block;
}
#endif

/*
** Returns how many of the bytes at `text` stand for themselves in a JSON string: ASCII except
** control characters, quote and backslash. Compares a block at a time, because most bytes of a job
** are plain.
*/
static inline size_t json_plain_run(const char *text, size_t available) {
  size_t run = 0;
#ifdef JSON_HAS_BLOCKS
  while (available - run >= sizeof(JsonBlock)) {
    const size_t plain = json_plain_in_block(text + run);
    run += plain;
    if (plain < sizeof(JsonBlock)) return run;
  }
#endif
  while (run < available && json_is_plain((unsigned char)text[run]))
    run++;
  return run;
}

#endif
