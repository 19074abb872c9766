/*
** poller.c: a Lua module for specs: the poller of this system as a unit.
*/
#include "../../../src/http/poller_epoll.c"
#include "../../../src/http/poller_kqueue.c"
#include "../../../src/http/poller_none.c"

#include <lauxlib.h>
#include <lua.h>
#include <unistd.h>

/* Opens a pipe whose reading end has the given number, or any number if that is negative. Returns
** the reading end, or -1 on failure. */
static int open_pipe(int wanted, int *writing) {
  int ends[2];
  *writing = -1;
  if (pipe(ends) != 0) return -1;
  *writing = ends[1];
  if (wanted < 0 || wanted == ends[0]) return ends[0];
  const int moved = dup2(ends[0], wanted);
  close(ends[0]);
  return moved;
}

/* Returns whether the poller reports within a second that the pipe is readable. */
static int says_ready(Poller *poller, int reading, int writing) {
  PollerEvent event;
  if (write(writing, "x", 1) != 1) return 0;
  return poller_wait(poller, &event, 1, 1000) == 1 && event.descriptor == reading && event.readable;
}

/*
** poller.again(keep, unwatch, forget): watches a pipe, calls the functions for it that the
** arguments name, closes it, and watches another pipe with its number. Returns for both pipes
** whether the poller reported them as readable.
*/
static int again(lua_State *L) {
  Poller poller = {0};
  int writing, other_writing;
  if (!poller_open(&poller)) return luaL_error(L, "no poller");
  const int reading = open_pipe(-1, &writing);
  poller_watch(&poller, reading, true, false);
  if (lua_toboolean(L, 1)) poller_keep(&poller, reading);
  lua_pushboolean(L, says_ready(&poller, reading, writing));
  if (lua_toboolean(L, 2)) poller_unwatch(&poller, reading);
  if (lua_toboolean(L, 3)) poller_forget(&poller, reading);
  close(writing);
  close(reading);
  const int same = open_pipe(reading, &other_writing);
  poller_watch(&poller, same, true, false);
  lua_pushboolean(L, says_ready(&poller, same, other_writing));
  close(other_writing);
  close(same);
  poller_close(&poller, false);
  return 2;
}

/*
** poller.at_rest(late): returns whether the poller reports nothing about a descriptor that is kept
** (since it was watched, or `late`: only afterwards) but no longer watched, and whether it reports
** the descriptor once it is watched again.
*/
static int at_rest(lua_State *L) {
  Poller poller = {0};
  PollerEvent event;
  int writing;
  if (!poller_open(&poller)) return luaL_error(L, "no poller");
  const int reading = open_pipe(-1, &writing);
  poller_watch(&poller, reading, true, false);
  if (!lua_toboolean(L, 1)) poller_keep(&poller, reading);
  poller_unwatch(&poller, reading);
  if (lua_toboolean(L, 1)) poller_keep(&poller, reading);
  const bool written = write(writing, "x", 1) == 1;
  lua_pushboolean(L, written && poller_wait(&poller, &event, 1, 0) == 0);
  poller_watch(&poller, reading, true, false);
  lua_pushboolean(L, poller_wait(&poller, &event, 1, 1000) == 1 && event.descriptor == reading);
  poller_forget(&poller, reading);
  close(writing);
  close(reading);
  poller_close(&poller, false);
  return 2;
}

int luaopen_poller(lua_State *L) {
  const luaL_Reg functions[] = {{"again", again}, {"at_rest", at_rest}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
