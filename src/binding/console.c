/*
** console.c: system functions for the command line: terminals, and pipes without a reader.
*/
#include "binding/console.h"

#include <lauxlib.h>
#include <limits.h>
#include <signal.h>

#include "base/terminal.h"

static int check_descriptor(lua_State *L) {
  const lua_Integer descriptor = luaL_checkinteger(L, 1);
  luaL_argcheck(L, descriptor >= 0 && descriptor <= INT_MAX, 1, "no file descriptor");
  return (int)descriptor;
}

int console_is_terminal(lua_State *L) {
  lua_pushboolean(L, terminal_is(check_descriptor(L)));
  return 1;
}

int console_terminal_size(lua_State *L) {
  const TerminalSize size = terminal_size(check_descriptor(L));
  const int numbers[] = {size.columns, size.rows};
  for (int i = 0; i < 2; i++) {
    if (numbers[i] > 0) {
      lua_pushinteger(L, numbers[i]);
    } else {
      lua_pushnil(L);
    }
  }
  return 2;
}

int console_read_hidden(lua_State *L) {
  const int descriptor = check_descriptor(L);
  const char *prompt = luaL_checkstring(L, 2);
  char line[TERMINAL_LINE];
  size_t length;
  const TerminalReading reading = terminal_read_hidden(descriptor, prompt, line, &length);
  if (reading == TERMINAL_NOT_HIDDEN) {
    lua_pushboolean(L, 0);
  } else if (length == 0) {
    lua_pushnil(L);
  } else {
    lua_pushlstring(L, line, length);
  }
  return 1;
}

int console_ignore_broken_pipes(lua_State *L) {
  (void)L;
  signal(SIGPIPE, SIG_IGN);
  return 0;
}
