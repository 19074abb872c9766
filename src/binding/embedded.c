/*
** embedded.c: modules without files, for hosts: bytenite_preload, and in the library
** bytenite::embedded the Lua files and, as an option, lua-cjson.
*/
#include "binding/embedded.h"

#include <lauxlib.h>
#include <stddef.h>
#include <string.h>

#include "bytenite.h"

typedef struct EmbeddedFile {
  const char *name;      /* of the module */
  const char *chunkname; /* "@" and the path below lua/ */
  const unsigned char *text;
  size_t length;
} EmbeddedFile;

/* Defines `files`, which ends with a row without a name. */
#ifdef BYTENITE_EMBEDDED
#include "embedded_files.h" /* CMake writes it */
#else
static const EmbeddedFile files[] = {{NULL, NULL, NULL, 0}};
#endif

int embedded_text(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  for (const EmbeddedFile *file = files; file->name != NULL; file++) {
    if (strcmp(file->name, name) != 0) continue;
    lua_pushlstring(L, (const char *)file->text, file->length);
    lua_pushstring(L, file->chunkname + 1);
    return 2;
  }
  return 0;
}

/*
** A loader for package.preload: runs the embedded file in the upvalue with the arguments of
** `require`.
*/
static int load_file(lua_State *L) {
  const EmbeddedFile *file = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, 2);
  if (luaL_loadbufferx(L, (const char *)file->text, file->length, file->chunkname, "t") != LUA_OK) return lua_error(L);
  lua_insert(L, 1);
  lua_call(L, 2, 1);
  return 1;
}

#ifdef BYTENITE_EMBED_CJSON
int luaopen_cjson(lua_State *L);
#endif

/* Hidden: our shared objects do not export it; a host links it into its own program. */
#if defined(__GNUC__)
__attribute__((visibility("hidden")))
#endif
void bytenite_preload(lua_State *L) {
  luaL_checkstack(L, 3, NULL);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_bytenite_core);
  lua_setfield(L, -2, "bytenite.core");
  for (const EmbeddedFile *file = files; file->name != NULL; file++) {
    lua_pushlightuserdata(L, (void *)file);
    lua_pushcclosure(L, load_file, 1);
    lua_setfield(L, -2, file->name);
  }
#ifdef BYTENITE_EMBED_CJSON
  if (lua_getfield(L, -1, "cjson") == LUA_TNIL) { /* a module of the host takes precedence */
    lua_pushcfunction(L, luaopen_cjson);
    lua_setfield(L, -3, "cjson");
  }
  lua_pop(L, 1);
#endif
  lua_pop(L, 1);
}
