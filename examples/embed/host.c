/*
** A host that carries Lua and links bytenite statically: opens a state, preloads the C core and runs a script.
**
** Build it in the project's folder (the names of Lua's folder and library are Debian's):
**
**   cmake -S . -B build && cmake --build build --target bytenite_static
**   cc -Iinclude -I/usr/include/lua5.4 examples/embed/host.c -Lbuild -lbytenite -lcurl -llua5.4 -lm -o build/host
**
** Run it with the Lua files of the module on the path; lua-cjson must be within reach of `require` too:
**
**   LUA_PATH="lua/?.lua;lua/?/init.lua;;" build/host examples/embed/script.lua
**
** CMakeLists.txt in this folder makes one executable of it that needs neither.
*/
#include <bytenite.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <stdio.h>

/* Makes of an error what a person can read: error values of bytenite have a __tostring. */
static int describe(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  return 1;
}

/* Runs a script in a protected call, with its arguments on the stack: nothing that is raised in here gets out. */
static int run(lua_State *L) {
  const char *script = luaL_checkstring(L, 1);
  luaL_openlibs(L);
  bytenite_preload(L); /* from here on `require "bytenite"` needs no shared object */
  if (luaL_loadfile(L, script) != LUA_OK) return lua_error(L);
  lua_call(L, 0, 0);
  return 0;
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s SCRIPT\n", arguments[0]);
    return 2;
  }
  lua_State *L = luaL_newstate();
  if (L == NULL) {
    fprintf(stderr, "%s: not enough memory\n", arguments[0]);
    return 1;
  }
  /*
  ** A host that uses libcurl itself calls curl_global_init before it starts threads, and keeps the module from doing so:
  **
  **   lua_pushboolean(L, 1);
  **   lua_setfield(L, LUA_REGISTRYINDEX, "bytenite.no_global_init");
  */
  lua_pushcfunction(L, describe);
  lua_pushcfunction(L, run);
  lua_pushstring(L, arguments[1]);
  const int status = lua_pcall(L, 1, 0, -3);
  if (status != LUA_OK) fprintf(stderr, "%s: %s\n", arguments[0], lua_tostring(L, -1));
  lua_close(L); /* closes clients that the script left open */
  return status == LUA_OK ? 0 : 1;
}
