/*
** host.c: a program that embeds Lua, for tests.
**
**   host [--threads N] [--limit BYTES] [--without NAMES] SCRIPT
**
** Runs the script in N threads at once, each in its own Lua state with limited memory, and without
** some standard libraries ("io,os,debug"). The script's argument is the number of its thread.
*/
#include <bytenite.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core.h"

enum { MAX_THREADS = 16 };

typedef struct Job {
  pthread_t thread;
  int number;
  const char *script;
  const char *without;
  size_t limit; /* of the state's memory, in bytes; 0 for none */
  size_t used, most;
  int status;
} Job;

/* Allocates for Lua, within the limit. */
static void *allocate(void *data, void *block, size_t old_size, size_t size) {
  Job *job = data;
  if (block == NULL) old_size = 0;
  if (size == 0) {
    free(block);
    job->used -= old_size;
    return NULL;
  }
  if (job->limit != 0 && size > old_size && job->used + (size - old_size) > job->limit) return NULL;
  void *moved = realloc(block, size);
  if (moved == NULL) return NULL;
  job->used = job->used - old_size + size;
  if (job->used > job->most) job->most = job->used;
  return moved;
}

static int describe(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* Removes the named libraries, separated by commas. */
static void remove_libraries(lua_State *L, const char *names) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  while (*names != '\0') {
    const size_t length = strcspn(names, ",");
    lua_pushlstring(L, names, length);
    lua_pushvalue(L, -1);
    lua_pushnil(L);
    lua_settable(L, -4); /* package.loaded */
    lua_pushglobaltable(L);
    lua_insert(L, -2);
    lua_pushnil(L);
    lua_settable(L, -3); /* _G */
    lua_pop(L, 1);
    names += length + (names[length] == ',');
  }
  lua_pop(L, 1);
}

static int run_script(lua_State *L) {
  const Job *job = lua_touserdata(L, 1);
  lua_gc(L, LUA_GCGEN, 0, 0);
  luaL_openlibs(L);
  bytenite_preload(L);
  if (luaL_loadfile(L, job->script) != LUA_OK) return lua_error(L);
  remove_libraries(L, job->without);
  lua_pushinteger(L, job->number);
  lua_pushstring(L, core_name());
  lua_call(L, 2, 0);
  return 0;
}

static void *run_job(void *data) {
  Job *job = data;
  job->status = EXIT_FAILURE;
  lua_State *L = lua_newstate(allocate, job);
  if (L == NULL) {
    fprintf(stderr, "host: not enough memory for a state\n");
    return NULL;
  }
  lua_pushcfunction(L, describe);
  lua_pushcfunction(L, run_script);
  lua_pushlightuserdata(L, job);
  const int status = lua_pcall(L, 1, 0, -3);
  if (status == LUA_OK)
    job->status = EXIT_SUCCESS;
  else
    fprintf(stderr, "host: %s\n", lua_tostring(L, -1));
  lua_close(L);
  if (job->used != 0) {
    fprintf(stderr, "host: %zu bytes are left after lua_close\n", job->used);
    job->status = EXIT_FAILURE;
  }
  return NULL;
}

int main(int count, char **arguments) {
  static Job jobs[MAX_THREADS];
  int threads = 1;
  Job model = {.without = ""};
  for (int i = 1; i < count; i++) {
    const char *value = i + 1 < count ? arguments[i + 1] : "";
    if (strcmp(arguments[i], "--threads") == 0)
      threads = atoi(value), i++;
    else if (strcmp(arguments[i], "--limit") == 0)
      model.limit = (size_t)atol(value), i++;
    else if (strcmp(arguments[i], "--without") == 0)
      model.without = value, i++;
    else
      model.script = arguments[i];
  }
  if (model.script == NULL || threads < 1 || threads > MAX_THREADS) {
    fprintf(stderr, "usage: host [--threads N] [--limit BYTES] [--without NAMES] SCRIPT\n");
    return 2;
  }
  for (int i = 0; i < threads; i++) {
    jobs[i] = model;
    jobs[i].number = i + 1;
    if (pthread_create(&jobs[i].thread, NULL, run_job, &jobs[i]) != 0) return 2;
  }
  int status = EXIT_SUCCESS;
  for (int i = 0; i < threads; i++) {
    pthread_join(jobs[i].thread, NULL);
    if (jobs[i].status != EXIT_SUCCESS) status = EXIT_FAILURE;
  }
  return status;
}
