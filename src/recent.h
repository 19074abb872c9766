/*
** recent.h: strings met lately. Most strings of an answer were in one before it: names of members, ids, states. One that is
** known costs a comparison, where Lua would hash it and look for it among all of its strings, or make a long one anew.
*/
#ifndef BYTENITE_RECENT_H
#define BYTENITE_RECENT_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum { RECENT_PLACES = 256 };

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

/* Pushes a string; `table` is the stack index of the table. */
void recent_push(lua_State *L, Recent *recent, int table, const char *text, size_t length);

#pragma GCC visibility pop

#endif
