/*
** process.c: a Lua module for specs: what a forked child does with inherited state.
*/
#include <lauxlib.h>
#include <lua.h>
#include <sys/wait.h>
#include <unistd.h>

/* process.fork(run): calls `run` in a child, which then closes the Lua state and ends. Returns the
** exit status of the child. */
static int process_fork(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  const pid_t child = fork();
  if (child < 0) return luaL_error(L, "fork failed");
  if (child == 0) {
    lua_settop(L, 1);
    const int failed = lua_pcall(L, 0, 0, 0) != LUA_OK;
    lua_gc(L, LUA_GCCOLLECT); /* runs the finalizers of garbage */
    _exit(failed);
  }
  int status = 0;
  waitpid(child, &status, 0);
  lua_pushinteger(L, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return 1;
}

int luaopen_process(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, process_fork);
  lua_setfield(L, -2, "fork");
  return 1;
}
