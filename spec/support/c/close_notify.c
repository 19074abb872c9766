/*
** close_notify.c: a Lua module for specs: sends close_notify, which cqueues never does.
*/
#include <dlfcn.h>
#include <lauxlib.h>
#include <lua.h>

typedef int Shutdown(void *ssl);

/*
** close_notify.send(ssl, path): sends a close_notify over an SSL object of luaossl. `path` is the
** path of luaossl's library: its OpenSSL must be called.
*/
static int close_notify_send(lua_State *L) {
  void *const *const ssl = luaL_checkudata(L, 1, "SSL*");
  void *const library = dlopen(luaL_checkstring(L, 2), RTLD_NOW | RTLD_NOLOAD);
  if (library == NULL) return luaL_error(L, "%s", dlerror());
  Shutdown *shutdown;
  *(void **)&shutdown = dlsym(library, "SSL_shutdown");
  if (shutdown != NULL) shutdown(*ssl);
  dlclose(library);
  lua_pushboolean(L, shutdown != NULL);
  return 1;
}

int luaopen_close_notify(lua_State *L) {
  lua_newtable(L);
  lua_pushcfunction(L, close_notify_send);
  lua_setfield(L, -2, "send");
  return 1;
}
