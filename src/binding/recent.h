/*
** recent.h: strings met lately. Most strings of an answer were in one before it: names of members, ids, states. One that is
** known costs a comparison, where Lua would hash it and look for it among all of its strings, or make a long one anew.
*/
#ifndef BYTENITE_RECENT_H
#define BYTENITE_RECENT_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#pragma GCC visibility push(hidden)

enum { RECENT_PLACES = 1024 };

typedef struct RecentString {
  const char *text; /* Lua's own copy, which the table of strings keeps alive; NULL: none yet */
  uint32_t length;
  uint32_t last_met; /* a hash of the last string that was not known here */
} RecentString;

/* To be zeroed. A table goes with it, which recent_push_table makes: it holds the strings. */
typedef struct Recent {
  RecentString places[RECENT_PLACES];
} Recent;

void recent_push_table(lua_State *L);

/* Looks at length, beginning and end, where strings that are alike differ. */
static inline uint32_t recent_hash(const char *text, size_t length) {
  uint64_t word = length;
  if (length >= 8)
    word += bytes_load8(text) ^ (bytes_load8(text + length - 8) * 3);
  else
    for (size_t i = 0; i < length; i++)
      word = word << 8 | (unsigned char)text[i];
  return (uint32_t)((word * UINT64_C(0x9E3779B97F4A7C15)) >> 32); /* 2^64 divided by the golden ratio: spreads all bits */
}

/* Pushes a string with that hash; `table` is the stack index of the table. */
void recent_push(lua_State *L, Recent *recent, int table, const char *text, size_t length, uint32_t code);

#pragma GCC visibility pop

#endif
