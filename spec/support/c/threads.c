/*
** threads.c: a host that runs a script in several states, each in its own thread, and opens the
** module in all of them at the same time.
**
** threads COUNT SCRIPT [ARGUMENT ...]: exits with the number of states in which the script failed.
*/
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64 };

static char **arguments;

static int run_script(lua_State *L) {
  luaL_openlibs(L);
  lua_settop(L, 0);
  if (luaL_loadfile(L, arguments[0]) != LUA_OK) return lua_error(L);
  for (char **argument = arguments + 1; *argument != NULL; argument++)
    lua_pushstring(L, *argument);
  lua_call(L, lua_gettop(L) - 1, 0);
  return 0;
}

static void *run_state(void *failed) {
  lua_State *L = luaL_newstate();
  lua_pushcfunction(L, run_script);
  *(int *)failed = lua_pcall(L, 0, 0, 0) != LUA_OK;
  if (*(int *)failed) fprintf(stderr, "%s\n", lua_tostring(L, -1));
  lua_close(L);
  return NULL;
}

int main(int count, char **values) {
  pthread_t threads[MAX_THREADS];
  int failures[MAX_THREADS] = {0};
  const int wanted = count > 2 ? atoi(values[1]) : 0;
  if (wanted < 1 || wanted > MAX_THREADS) return EXIT_FAILURE;
  arguments = values + 2;
  for (int i = 0; i < wanted; i++)
    pthread_create(&threads[i], NULL, run_state, &failures[i]);
  int failed = 0;
  for (int i = 0; i < wanted; i++) {
    pthread_join(threads[i], NULL);
    failed += failures[i];
  }
  return failed;
}
