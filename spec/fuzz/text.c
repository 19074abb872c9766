/*
** text.c: what servers say goes into errors, and secrets stay out: checked in text.lua, which is called with each input.
**
** FUZZ_TEXT names that file, where it is not spec/fuzz/text.lua.
*/
#include <lauxlib.h>
#include <stdlib.h>

#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char check_key = 'c'; /* registry: the function that text.lua returns */

static void push_check(lua_State *L) {
  const char *path = getenv("FUZZ_TEXT");
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &check_key) == LUA_TFUNCTION) return;
  lua_pop(L, 1);
  if (luaL_dofile(L, path != NULL ? path : "spec/fuzz/text.lua") != LUA_OK) host_require(false, lua_tostring(L, -1));
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &check_key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_State *L = host_state();
  push_check(L);
  lua_pushlstring(L, (const char *)data, size);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) host_require(false, lua_tostring(L, -1));
  host_finish(L);
  return 0;
}
