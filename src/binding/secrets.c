/*
** secrets.c: the Lua class of the known secrets of a call.
*/
#include "binding/secrets.h"

#include <lauxlib.h>

#include "binding/box.h"
#include "redact/redact.h"

static const char class_name[] = "bytenite.secrets";

enum { DEEPEST = 200 }; /* levels of tables; JSON that is read or sent has fewer */

int secrets_new(lua_State *L) {
  Secrets *secrets = lua_newuserdatauv(L, sizeof *secrets, 0);
  *secrets = (Secrets){0};
  luaL_setmetatable(L, class_name);
  return 1;
}

static int secrets_collect(lua_State *L) {
  buffer_free(&((Secrets *)class_check(L, 1, class_name))->bytes);
  return 0;
}

static void check_added(lua_State *L, bool added) {
  if (!added) raise_no_memory(L);
}

/* Returns the secrets themselves, so that calls can be chained. */
static int return_self(lua_State *L) {
  lua_settop(L, 1);
  return 1;
}

/* secrets:add(text): adds a secret. Ignores nil. */
static int secrets_add_text(lua_State *L) {
  Secrets *secrets = class_check(L, 1, class_name);
  size_t length;
  const char *text = luaL_optlstring(L, 2, "", &length);
  check_added(L, secrets_add(secrets, text, length));
  return return_self(L);
}

/*
** secrets:add_value(name, text): adds a value if its name is that of a secret, and the secrets of
** URLs in it.
*/
static int secrets_add_named(lua_State *L) {
  Secrets *secrets = class_check(L, 1, class_name);
  size_t name_length, length;
  const char *name = luaL_checklstring(L, 2, &name_length);
  const char *text = luaL_checklstring(L, 3, &length);
  check_added(L, secrets_add_value(secrets, name_kind(name, name_length), text, length));
  return return_self(L);
}

/* secrets:add_body(text): adds the secrets in the body of a request: JSON, or a form. */
static int secrets_add_body(lua_State *L) {
  Secrets *secrets = class_check(L, 1, class_name);
  size_t length;
  const char *text = luaL_optlstring(L, 2, "", &length);
  check_added(L, secrets_add_json(secrets, text, length));
  if (length > 0 && text[0] != '{' && text[0] != '[') check_added(L, secrets_add_form(secrets, text, length, false));
  return return_self(L);
}

/* Adds a value that is not a table. */
static void add_scalar(lua_State *L, Secrets *secrets, int index, NameKind kind) {
  if (lua_type(L, index) == LUA_TNUMBER && kind != NAME_HIDES_ALL) return;
  if (lua_type(L, index) == LUA_TNUMBER) {
    lua_pushvalue(L, index); /* converting the original would confuse lua_next */
    index = lua_gettop(L);
  } else if (lua_type(L, index) != LUA_TSTRING) {
    return;
  }
  size_t length;
  const char *text = lua_tolstring(L, index, &length);
  check_added(L, secrets_add_value(secrets, kind, text, length));
}

/*
** Adds the secrets in the table on the top, and pops it. `seen`: the stack index of a table from
** each visited table to the kind of its name. Visits a table again if it occurs under a stricter
** name.
*/
static void add_table(lua_State *L, Secrets *secrets, int seen, NameKind kind, int depth) {
  const int table = lua_gettop(L);
  luaL_checkstack(L, 8, "too many levels");
  lua_pushvalue(L, table);
  const bool is_new = lua_rawget(L, seen) == LUA_TNIL || lua_tointeger(L, -1) < (lua_Integer)kind;
  lua_settop(L, table);
  if (is_new && depth < DEEPEST) {
    lua_pushvalue(L, table);
    lua_pushinteger(L, (lua_Integer)kind);
    lua_rawset(L, seen);
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
      NameKind own = kind;
      if (kind != NAME_HIDES_ALL && lua_type(L, -2) == LUA_TSTRING) {
        size_t length;
        const char *name = lua_tolstring(L, -2, &length);
        const NameKind named = name_kind_cached(&secrets->names, name, length);
        if (named > own) own = named;
      }
      if (lua_type(L, -1) == LUA_TTABLE)
        add_table(L, secrets, seen, own, depth + 1);
      else
        add_scalar(L, secrets, lua_gettop(L), own);
      lua_settop(L, table + 1);
    }
  }
  lua_settop(L, table - 1);
}

/*
** secrets:add_table(value): adds the secrets in a table, by the names of its members. Ignores
** other values.
*/
static int secrets_add_all(lua_State *L) {
  Secrets *secrets = class_check(L, 1, class_name);
  lua_settop(L, 2);
  if (lua_type(L, 2) == LUA_TTABLE) {
    lua_newtable(L);
    lua_pushvalue(L, 2);
    add_table(L, secrets, 3, NAME_ORDINARY, 0);
  }
  return return_self(L);
}

/* secrets:redact(text): returns the text with its secrets replaced by marks. */
static int secrets_redact(lua_State *L) {
  const Secrets *secrets = class_check(L, 1, class_name);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  Buffer *out = buffer_push(L);
  check_added(L, redact_text(secrets, text, length, out));
  lua_pushlstring(L, buffer_text(out), out->length);
  buffer_free(out);
  return 1;
}

int secrets_is_name(lua_State *L) {
  size_t length;
  const char *name = luaL_checklstring(L, 1, &length);
  lua_pushboolean(L, name_kind(name, length) != NAME_ORDINARY);
  return 1;
}

static const luaL_Reg methods[] = {
  {"add", secrets_add_text},      {"add_value", secrets_add_named}, {"add_body", secrets_add_body},
  {"add_table", secrets_add_all}, {"redact", secrets_redact},       {NULL, NULL},
};

void secrets_register(lua_State *L) {
  class_register(L, class_name, methods, &(ClassEndings){.collect = secrets_collect});
}
