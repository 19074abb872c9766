/*
** host.c: what the fuzz targets share.
*/
#include "host.h"

#include <lauxlib.h>
#include <lualib.h>
#include <sanitizer/lsan_interface.h>
#include <stdio.h>
#include <stdlib.h>

#include "binding/marshal.h"
#include "bytenite.h"

enum { INPUTS_A_COLLECTION = 256 };

static lua_State *state; /* one for all inputs */

/*
** At the end of the process anything still allocated is a leak. (libFuzzer checks only between two
** inputs.)
*/
static void close_state(void) {
  lua_close(state);
  state = NULL;
  if (__lsan_do_recoverable_leak_check() != 0) _Exit(EXIT_FAILURE);
}

static lua_State *make_state(void) {
  lua_State *L = luaL_newstate();
  host_require(L != NULL, "a state can be made");
  luaL_openlibs(L);
  bytenite_preload(L);
  lua_getglobal(L, "require");
  lua_pushliteral(L, "bytenite");
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) host_require(false, lua_tostring(L, -1));
  return L;
}

lua_State *host_state(void) {
  if (state == NULL) {
    state = make_state();
    atexit(close_state);
  }
  lua_settop(state, 0);
  return state;
}

/* Pushes the function that a script returns. Runs the script at the first call. */
static void push_script(lua_State *L, const char *file) {
  static const char script_key = 's'; /* registry: each target has one script */
  const char *folder = getenv("FUZZ_SCRIPTS");
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &script_key) == LUA_TFUNCTION) return;
  lua_pop(L, 1);
  lua_pushfstring(L, "%s/%s", folder != NULL ? folder : "spec/fuzz", file);
  if (luaL_dofile(L, lua_tostring(L, -1)) != LUA_OK) host_require(false, lua_tostring(L, -1));
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &script_key);
}

lua_Integer host_run_script(const char *file, const uint8_t *data, size_t size, lua_Integer number) {
  lua_State *L = host_state();
  push_script(L, file);
  lua_pushlstring(L, (const char *)data, size);
  lua_pushinteger(L, number);
  if (lua_pcall(L, 2, 1, 0) != LUA_OK) host_require(false, lua_tostring(L, -1));
  const lua_Integer result = lua_tointeger(L, -1);
  host_finish(L);
  return result;
}

void host_finish(lua_State *L) {
  static unsigned inputs;
  lua_settop(L, 0);
  if (++inputs % INPUTS_A_COLLECTION == 0) lua_gc(L, LUA_GCCOLLECT);
}

const Schema *host_schema(uint8_t choice) {
  const Schema *const *schema = schema_all;
  if (choice < 170) return &schema_any;
  for (uint8_t i = 170; i < choice; i++)
    schema = schema[1] != NULL ? schema + 1 : schema_all;
  return *schema;
}

void host_require(bool condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "does not hold: %s\n", what);
  abort();
}

static bool is_list(lua_State *L, int index) {
  return marshal_is_array(L, index) || (lua_istable(L, index) && lua_rawlen(L, index) > 0);
}

static size_t count_members(lua_State *L, int index) {
  size_t count = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
    count++;
  return count;
}

static bool is_same(lua_State *L, int left, int right, bool is_typed);

static bool is_same_table(lua_State *L, int left, int right, bool is_typed) {
  const size_t count = count_members(L, left);
  if (count_members(L, right) != count) return false;
  if (is_list(L, left) != is_list(L, right) && !(is_typed && count == 0)) return false;
  luaL_checkstack(L, 8, NULL);
  for (lua_pushnil(L); lua_next(L, left); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_rawget(L, right);
    if (!is_same(L, -2, -1, is_typed)) return false;
    lua_pop(L, 1);
  }
  return true;
}

static bool is_same(lua_State *L, int left, int right, bool is_typed) {
  left = lua_absindex(L, left);
  right = lua_absindex(L, right);
  if (lua_istable(L, left) && lua_istable(L, right)) return is_same_table(L, left, right, is_typed);
  return lua_rawequal(L, left, right);
}

bool host_is_same(lua_State *L, int left, int right) {
  return is_same(L, left, right, false);
}

bool host_is_same_typed(lua_State *L, int left, int right) {
  return is_same(L, left, right, true);
}
