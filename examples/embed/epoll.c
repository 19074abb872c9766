/*
** A host with an event loop of its own, by Linux's epoll: it has a clock that ticks, and makes calls meanwhile. Nothing
** in it blocks but epoll_wait.
**
** CMakeLists.txt says how to build it. Run it with the script that makes the calls:
**
**   build/embed/epoll examples/embed/epoll.lua
*/
#include <bytenite.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { TICK = 2 * 1000 * 1000 }; /* nanoseconds */

/* Adds a descriptor to the loop: it is to be told when the descriptor can be read. */
static int watch(int loop, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  return epoll_ctl(loop, EPOLL_CTL_ADD, descriptor, &event);
}

/* Reads how often the clock has ticked. */
static uint64_t read_ticks(int clock) {
  uint64_t ticks = 0;
  if (read(clock, &ticks, sizeof ticks) != (ssize_t)sizeof ticks) ticks = 0;
  return ticks;
}

/* Calls the function `step` of the table on the top. Returns whether something is left to do. */
static int step(lua_State *L) {
  lua_getfield(L, -1, "step");
  lua_call(L, 0, 1);
  const int is_busy = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return is_busy;
}

/* The loop. The script has returned a table: the descriptor to watch, and the function to call when it can be read. */
static int run_loop(lua_State *L) {
  const int loop = (int)lua_tointeger(L, lua_upvalueindex(1));
  const int clock = (int)lua_tointeger(L, lua_upvalueindex(2));
  lua_getfield(L, 1, "descriptor");
  const int calls = (int)luaL_checkinteger(L, -1);
  lua_settop(L, 1);
  if (watch(loop, clock) != 0 || watch(loop, calls) != 0) return luaL_error(L, "epoll does not take a descriptor");
  uint64_t ticks = 0;
  while (step(L)) {
    struct epoll_event events[2];
    const int count = epoll_wait(loop, events, 2, -1);
    for (int i = 0; i < count; i++)
      if (events[i].data.fd == clock) ticks += read_ticks(clock);
  }
  printf("%llu ticks meanwhile\n", (unsigned long long)ticks);
  return 0;
}

static int describe(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* Runs the script, whose name is the argument, and then the loop. */
static int run(lua_State *L) {
  luaL_openlibs(L);
  bytenite_preload(L);
  if (luaL_loadfile(L, luaL_checkstring(L, 1)) != LUA_OK) return lua_error(L);
  lua_call(L, 0, 1);
  luaL_checktype(L, -1, LUA_TTABLE);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, lua_upvalueindex(2));
  lua_pushcclosure(L, run_loop, 2);
  lua_insert(L, -2);
  lua_call(L, 1, 0);
  return 0;
}

int main(int count, char **arguments) {
  const struct itimerspec period = {.it_interval.tv_nsec = TICK, .it_value.tv_nsec = TICK};
  const int loop = epoll_create1(EPOLL_CLOEXEC);
  const int clock = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  lua_State *L = luaL_newstate();
  if (count != 2 || loop < 0 || clock < 0 || L == NULL || timerfd_settime(clock, 0, &period, NULL) != 0) {
    fprintf(stderr, "usage: %s SCRIPT\n", arguments[0]);
    return 2;
  }
  lua_pushcfunction(L, describe);
  lua_pushinteger(L, loop);
  lua_pushinteger(L, clock);
  lua_pushcclosure(L, run, 2);
  lua_pushstring(L, arguments[1]);
  const int status = lua_pcall(L, 1, 0, 1);
  if (status != LUA_OK) fprintf(stderr, "%s: %s\n", arguments[0], lua_tostring(L, -1));
  lua_close(L);
  close(clock);
  close(loop);
  return status == LUA_OK ? 0 : 1;
}
