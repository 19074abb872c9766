/*
** recent.c: strings met lately.
*/
#include "binding/recent.h"

#include <lauxlib.h>
#include <stdbool.h>

enum { LONGEST = 80 }; /* bytes: longer texts are prose, and seldom come again */

void recent_push_table(lua_State *L) {
  lua_createtable(L, RECENT_PLACES, 0);
}

void recent_push(lua_State *L, Recent *recent, int table, const char *text, size_t length, uint32_t code) {
  if (length > LONGEST) {
    lua_pushlstring(L, text, length);
    return;
  }
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
