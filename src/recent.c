/*
** recent.c: strings met lately.
*/
#include "recent.h"

#include <lauxlib.h>
#include <stdbool.h>

#include "bytes.h"

enum { LONGEST = 80 }; /* bytes: longer texts are prose, and seldom come again */

/* Looks at length, beginning and end, where strings that are alike differ. */
static uint32_t hash(const char *text, size_t length) {
  uint64_t word = length;
  if (length >= 8)
    word += bytes_load8(text) ^ (bytes_load8(text + length - 8) * 3);
  else
    for (size_t i = 0; i < length; i++)
      word = word << 8 | (unsigned char)text[i];
  return (uint32_t)((word * UINT64_C(0x9E3779B97F4A7C15)) >> 32); /* 2^64 divided by the golden ratio: spreads all bits */
}

void recent_push_table(lua_State *L) {
  lua_createtable(L, RECENT_PLACES, 0);
}

void recent_push(lua_State *L, Recent *recent, int table, const char *text, size_t length) {
  if (length > LONGEST) {
    lua_pushlstring(L, text, length);
    return;
  }
  const uint32_t code = hash(text, length);
  const int place = (int)(code % RECENT_PLACES);
  RecentString *known = &recent->places[place];
  if (known->text != NULL && known->length == length && bytes_are_same(known->text, text, length)) {
    lua_rawgeti(L, table, place + 1);
    return;
  }
  const char *own = lua_pushlstring(L, text, length);
  const bool is_second = known->last_met == code; /* one that never comes again takes no place */
  known->last_met = code;
  if (!is_second) return;
  lua_pushvalue(L, -1);
  lua_rawseti(L, table, place + 1);
  known->text = own;
  known->length = (uint32_t)length;
}
