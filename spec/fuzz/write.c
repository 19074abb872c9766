/*
** write.c: any Lua value -> text -> value.
**
** The input is a recipe for a value: well-formed ones, and tables with holes, mixed keys, cycles,
** functions, NaN, invalid UTF-8, too many levels. Each is either refused with one message, or
** written as JSON that reads back as the same value.
*/
#include <lauxlib.h>
#include <math.h>
#include <string.h>

#include "binding/marshal.h"
#include "host.h"

enum { MAX_LEVELS = 120, MAX_ITEMS = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Recipe {
  const uint8_t *at;
  const uint8_t *end;
  int levels[MAX_LEVELS]; /* stack indices of the tables being made, outermost first */
  int depth;
} Recipe;

static void push_value(lua_State *L, Recipe *recipe);

/* Returns the next byte, 0 at the end. */
static uint8_t next_byte(Recipe *recipe) {
  return recipe->at < recipe->end ? *recipe->at++ : 0;
}

/* Copies the next bytes to an object of any type; missing bytes are zero. */
static void next_bytes(Recipe *recipe, void *object, size_t size) {
  const size_t left = (size_t)(recipe->end - recipe->at);
  const size_t taken = size < left ? size : left;
  memset(object, 0, size);
  memcpy(object, recipe->at, taken);
  recipe->at += taken;
}

static void push_integer(lua_State *L, Recipe *recipe) {
  lua_Integer integer;
  next_bytes(recipe, &integer, sizeof integer);
  lua_pushinteger(L, integer);
}

static void push_float(lua_State *L, Recipe *recipe) {
  lua_Number number;
  next_bytes(recipe, &number, sizeof number);
  lua_pushnumber(L, number);
}

static void push_string(lua_State *L, Recipe *recipe) {
  char text[UINT8_MAX];
  const size_t length = next_byte(recipe);
  next_bytes(recipe, text, length);
  lua_pushlstring(L, text, length);
}

static void push_items(lua_State *L, Recipe *recipe) {
  const int count = next_byte(recipe) % MAX_ITEMS;
  const int table = lua_gettop(L);
  for (int i = 1; i <= count; i++) {
    push_value(L, recipe);
    lua_rawseti(L, table, i);
  }
}

static void push_members(lua_State *L, Recipe *recipe) {
  const int count = next_byte(recipe) % MAX_ITEMS;
  const int table = lua_gettop(L);
  for (int i = 0; i < count; i++) {
    push_string(L, recipe);
    push_value(L, recipe);
    lua_rawset(L, table);
  }
}

/* Members under keys of any kind, with holes: most such tables are neither list nor object. */
static void push_oddities(lua_State *L, Recipe *recipe) {
  const int count = next_byte(recipe) % MAX_ITEMS;
  const int table = lua_gettop(L);
  for (int i = 0; i < count; i++) {
    push_value(L, recipe);
    if (lua_isnil(L, -1) || (lua_isnumber(L, -1) && isnan(lua_tonumber(L, -1)))) {
      lua_pop(L, 1);
      lua_pushinteger(L, next_byte(recipe) % MAX_ITEMS);
    }
    push_value(L, recipe);
    lua_rawset(L, table);
  }
}

static void push_table(lua_State *L, Recipe *recipe, void (*fill)(lua_State *L, Recipe *recipe), bool marked) {
  lua_newtable(L);
  if (recipe->depth == MAX_LEVELS) return;
  luaL_checkstack(L, 8, NULL);
  if (marked) {
    marshal_push_array_metatable(L);
    lua_setmetatable(L, -2);
  }
  recipe->levels[recipe->depth++] = lua_gettop(L);
  fill(L, recipe);
  recipe->depth--;
}

/* Pushes one of the tables that will contain this value: a cycle. */
static void push_ancestor(lua_State *L, Recipe *recipe) {
  if (recipe->depth == 0)
    lua_newtable(L);
  else
    lua_pushvalue(L, recipe->levels[next_byte(recipe) % recipe->depth]);
}

static int no_value(lua_State *L) {
  (void)L;
  return 0;
}

/* Pushes a value that JSON cannot represent. */
static void push_foreigner(lua_State *L, Recipe *recipe) {
  switch (next_byte(recipe) % 4) {
    case 0: lua_pushcfunction(L, no_value); break;
    case 1: lua_newuserdatauv(L, 8, 0); break;
    case 2: lua_pushlightuserdata(L, recipe); break;
    default: lua_pushthread(L); break;
  }
}

static void push_value(lua_State *L, Recipe *recipe) {
  switch (next_byte(recipe) % 16) {
    case 0: marshal_push_null(L); break;
    case 1: lua_pushboolean(L, next_byte(recipe) & 1); break;
    case 2: push_integer(L, recipe); break;
    case 3: lua_pushinteger(L, next_byte(recipe)); break;
    case 4: push_float(L, recipe); break;
    case 5: lua_pushnumber(L, (lua_Number)next_byte(recipe) / 10); break;
    case 6:
    case 7: push_string(L, recipe); break;
    case 8: push_table(L, recipe, push_items, true); break;
    case 9: push_table(L, recipe, push_items, false); break;
    case 10:
    case 11:
    case 12: push_table(L, recipe, push_members, false); break;
    case 13: push_table(L, recipe, push_oddities, next_byte(recipe) & 1); break;
    case 14: push_ancestor(L, recipe); break;
    default: push_foreigner(L, recipe); break;
  }
}

/* The value is at index 1; `text` is its JSON. */
static void check_written(lua_State *L, const Schema *schema, const Buffer *text) {
  host_require(lua_gettop(L) == 1, "writing leaves the stack as it was");
  host_require(strlen(text->data) == text->length, "there is no NUL in the text");
  host_require(marshal_read(L, text->data, text->length, schema), "what was written can be read");
  /* a declared member may be null, and is then absent when read: such values are compared by read.c */
  if (schema == &schema_any) host_require(host_is_same(L, 1, 2), "what was written reads back as the same value");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Recipe recipe = {.at = data, .end = data + size};
  Buffer text = {0};
  lua_State *L = host_state();
  const Schema *schema = host_schema(next_byte(&recipe));
  push_value(L, &recipe);
  if (marshal_write(L, 1, schema, 0, &text))
    check_written(L, schema, &text);
  else
    host_require(lua_gettop(L) == 2 && lua_isstring(L, 2), "a refusal is one message");
  buffer_free(&text);
  host_finish(L);
  return 0;
}
