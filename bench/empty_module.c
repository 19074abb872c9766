/*
** empty_module.c: the minimum cost of loading a module over libcurl: it only does what each of them
** must do once.
*/
#include <curl/curl.h>
#include <lauxlib.h>
#include <lua.h>

int luaopen_empty_module(lua_State *L);

int luaopen_empty_module(lua_State *L) {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) return luaL_error(L, "libcurl cannot be initialised");
  lua_newtable(L);
  return 1;
}
