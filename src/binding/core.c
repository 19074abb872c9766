/*
** core.c: opens the module bytenite.core and registers all other parts. Has the only symbol that
** the shared object exports.
*/
/* dladdr and RTLD_NODELETE are extensions that glibc, musl, macOS and the BSDs have */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#if defined(__has_include)
#if !__has_include(<curl/curl.h>)
#error "libcurl's headers are missing: install libcurl4-openssl-dev (Debian) or libcurl-devel (Fedora)"
#endif
#endif
#include <curl/curl.h>
#include <dlfcn.h>
#include <lauxlib.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "api/operations.h"
#include "base/suggest.h"
#include "binding/box.h"
#include "binding/console.h"
#include "binding/embedded.h"
#include "binding/exchange.h"
#include "binding/files.h"
#include "binding/marshal.h"
#include "binding/secrets.h"
#include "binding/session.h"
#include "bytenite.h"
#include "http/url.h"
#include "json/number.h"

#if LIBCURL_VERSION_NUM < 0x075800
#error "bytenite needs libcurl 7.88 or newer"
#endif

/*
** Initialises the process once. This covers all static state: the mutex, the tables of json/ and
** the count of forks in transport.c. After a failure for lack of memory the next attempt may
** succeed.
*/
static pthread_mutex_t initialising = PTHREAD_MUTEX_INITIALIZER;
static bool is_initialised;

enum { ROW_FIELDS = 10 }; /* of an operation, in Lua */

/*
** Keeps this shared object in the process when the last Lua state that loaded it is closed: a
** thread of libcurl's resolver may still be running. CMake links with -z nodelete, but LuaRocks'
** builtin build has no place for linker flags.
*/
static void keep_loaded(void) {
  Dl_info own;
  if (dladdr(&is_initialised, &own) == 0 || own.dli_fname == NULL) return;
  dlopen(own.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
}

static void initialise_once(lua_State *L) {
  lua_getfield(L, LUA_REGISTRYINDEX, "bytenite.no_global_init");
  const bool skip_curl = lua_toboolean(L, -1);
  lua_pop(L, 1);
  pthread_mutex_lock(&initialising);
  if (!is_initialised) is_initialised = json_number_init() && transport_init(skip_curl);
  const bool done = is_initialised;
  pthread_mutex_unlock(&initialising);
  if (done) keep_loaded();
  if (!done) raise_no_memory(L);
}

static const Schema *check_schema(lua_State *L, int index) {
  if (lua_isnoneornil(L, index)) return &schema_any;
  const Schema *schema = schema_find(luaL_checkstring(L, index));
  luaL_argcheck(L, schema != NULL, index, "no such type");
  return schema;
}

/* core.encode(value [, type]): returns the JSON text; or nil and what cannot be written. */
static int core_encode(lua_State *L) {
  luaL_checkany(L, 1);
  const Schema *schema = check_schema(L, 2);
  Buffer *text = buffer_push(L);
  if (marshal_encode(L, 1, schema, text)) {
    lua_pushlstring(L, text->data, text->length);
    buffer_free(text);
    return 1;
  }
  return return_problem(L);
}

/* core.decode(text [, type]): returns the value; or nil and why the text is not JSON. */
static int core_decode(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  if (marshal_read(L, text, length, check_schema(L, 2))) return 1;
  return return_problem(L);
}

/* core.array(table): marks a table as an array and returns it. */
static int core_array(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  marshal_push_array_metatable(L);
  lua_setmetatable(L, 1);
  return 1;
}

/* core.is_array(value): returns whether a value is marked as an array, by us or by lua-cjson. */
static int core_is_array(lua_State *L) {
  luaL_checkany(L, 1);
  lua_pushboolean(L, marshal_is_array(L, 1));
  return 1;
}

/*
** core.suggest(word, names): returns the first name in a list that the word looks like a
** misspelling of, or nil.
*/
static int core_suggest(lua_State *L) {
  size_t word_length;
  const char *word = luaL_checklstring(L, 1, &word_length);
  luaL_checktype(L, 2, LUA_TTABLE);
  const lua_Integer count = (lua_Integer)lua_rawlen(L, 2);
  for (lua_Integer i = 1; i <= count; i++) {
    size_t length;
    lua_rawgeti(L, 2, i);
    const char *name = luaL_checklstring(L, -1, &length);
    if (suggest_alike(word, word_length, name, length)) return 1;
    lua_pop(L, 1);
  }
  return 0;
}

/* core.is_segment(text): returns whether a text can be a segment of a path when percent-encoded. */
static int core_is_segment(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  lua_pushboolean(L, url_is_segment(text, length));
  return 1;
}

/* core.percent_encode(text): encodes all but the unreserved characters (RFC 3986 section 2.3). */
static int core_percent_encode(lua_State *L) {
  size_t length;
  const char *text = luaL_checklstring(L, 1, &length);
  Buffer *encoded = buffer_push(L);
  if (!url_append_encoded(encoded, text, length)) raise_no_memory(L);
  lua_pushlstring(L, buffer_text(encoded), encoded->length);
  buffer_free(encoded);
  return 1;
}

/*
** core.check_url(url): returns whether the URL is https, whether its host is loopback, and whether
** the host may be this machine by any name or address; or nil and why it cannot be a base address.
*/
static int core_check_url(lua_State *L) {
  UrlParts parts;
  if (!url_check_base(luaL_checkstring(L, 1), &parts)) raise_no_memory(L);
  if (parts.reason != NULL) {
    lua_pushnil(L);
    lua_pushstring(L, parts.reason);
    return 2;
  }
  lua_pushboolean(L, parts.is_https);
  lua_pushboolean(L, parts.is_loopback);
  lua_pushboolean(L, parts.may_be_loopback);
  return 3;
}

static struct timespec read_clock(void) {
  struct timespec time = {0};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time;
}

/*
** core.now(): returns the seconds of a monotonic clock, which ignores changes of the system's time.
*/
static int core_now(lua_State *L) {
  const struct timespec time = read_clock();
  lua_pushnumber(L, (lua_Number)time.tv_sec + (lua_Number)time.tv_nsec * 1e-9);
  return 1;
}

/*
** Returns the next number of SplitMix64 (Steele, Lea, Flood 2014): good enough for jitter, with a
** single word of state.
*/
static uint64_t next_random(uint64_t *state) {
  uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/*
** core.random(): returns a number in [0, 1), from a generator of our own that does not affect the
** host's math.random.
*/
static int core_random(lua_State *L) {
  uint64_t *state = lua_touserdata(L, lua_upvalueindex(1));
  lua_pushnumber(L, (lua_Number)(next_random(state) >> 11) * 0x1p-53);
  return 1;
}

/*
** core.new_job(id): returns a table with an id and room for the other members of a job: otherwise
** Lua would enlarge it five times. Returns nil if the value cannot be an id.
*/
static int core_new_job(lua_State *L) {
  size_t length;
  const char *id = lua_type(L, 1) == LUA_TSTRING ? lua_tolstring(L, 1, &length) : NULL;
  if (id == NULL || !url_is_segment(id, length)) return 0;
  lua_createtable(L, 0, (int)schema_job.count);
  lua_pushvalue(L, 1);
  lua_setfield(L, -2, "id");
  return 1;
}

/* core.may_yield(thread): returns whether a thread is the running coroutine and can yield now. */
static int core_may_yield(lua_State *L) {
  lua_pushboolean(L, lua_tothread(L, 1) == L && lua_isyieldable(L));
  return 1;
}

static void push_random(lua_State *L) {
  const struct timespec time = read_clock();
  uint64_t *state = lua_newuserdatauv(L, sizeof *state, 0);
  *state =
    (uint64_t)time.tv_nsec ^ ((uint64_t)time.tv_sec << 30) ^ (uint64_t)(uintptr_t)state ^ ((uint64_t)getpid() << 48);
  lua_pushcclosure(L, core_random, 1);
}

static void set_text(lua_State *L, const char *field, const char *text) {
  lua_pushstring(L, text);
  lua_setfield(L, -2, field);
}

static void set_flag(lua_State *L, const char *field, bool flag) {
  lua_pushboolean(L, flag);
  lua_setfield(L, -2, field);
}

/* Pushes the rows of operations: a list that is also keyed by name. */
static void push_operations(lua_State *L) {
  lua_newtable(L);
  lua_Integer count = 0;
  for (const Operation *operation = operations; operation->name != NULL; operation++) {
    lua_createtable(L, 0, ROW_FIELDS);
    set_text(L, "name", operation->name);
    set_text(L, "method", operation->method);
    set_text(L, "path", operation->path);
    set_text(L, "query", operation->query != NULL ? operation->query->name : NULL);
    set_text(L, "body", operation->body != NULL ? operation->body->name : NULL);
    set_text(L, "result", operation->result != NULL ? operation->result->name : NULL);
    set_flag(L, "repeatable", operation->repeatable);
    set_flag(L, "sent_once", operation_is_sent_once(operation));
    set_flag(L, "authorized", operation->authorized);
    lua_pushinteger(L, ++count);
    lua_setfield(L, -2, "number");
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, operation->name);
    lua_rawseti(L, -2, count);
  }
}

static void push_members(lua_State *L, const Schema *schema) {
  lua_createtable(L, (int)schema->count, 0);
  for (size_t i = 0; i < schema->count; i++) {
    const SchemaMember *member = &schema->members[i];
    lua_newtable(L);
    set_text(L, "name", member->name);
    set_text(L, "type", member->type->name);
    set_text(L, "meaning", member->meaning);
    set_flag(L, "required", member->required);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

/* core.schemas(): returns the declared objects: the list of members, in order, by type name. */
static int core_schemas(lua_State *L) {
  lua_newtable(L);
  for (const Schema *const *schema = schema_all; *schema != NULL; schema++) {
    if ((*schema)->kind != SCHEMA_OBJECT) continue;
    push_members(L, *schema);
    lua_setfield(L, -2, (*schema)->name);
  }
  return 1;
}

static const luaL_Reg functions[] = {
  {"encode", core_encode},
  {"decode", core_decode},
  {"array", core_array},
  {"is_array", core_is_array},
  {"suggest", core_suggest},
  {"is_segment", core_is_segment},
  {"percent_encode", core_percent_encode},
  {"check_url", core_check_url},
  {"is_terminal", console_is_terminal},
  {"terminal_size", console_terminal_size},
  {"read_hidden", console_read_hidden},
  {"ignore_broken_pipes", console_ignore_broken_pipes},
  {"schemas", core_schemas},
  {"new_job", core_new_job},
  {"now", core_now},
  {"may_yield", core_may_yield},
  {"session", session_new},
  {"folder", files_folder},
  {"stamp", files_stamp},
  {"secrets", secrets_new},
  {"is_secret_name", secrets_is_name},
  {"permissions", files_permissions},
  {"embedded", embedded_text},
  {NULL, NULL},
};

#if defined(__GNUC__)
#define EXPORTED __attribute__((visibility("default")))
#else
#define EXPORTED
#endif

EXPORTED int luaopen_bytenite_core(lua_State *L) {
  luaL_checkversion(L);
  initialise_once(L);
  marshal_init(L);
  buffer_register(L);
  files_register(L);
  secrets_register(L);
  luaL_newlib(L, functions);
  lua_newtable(L);
  session_register(L);
  lua_setfield(L, -2, "session");
  exchange_register(L);
  lua_setfield(L, -2, "exchange");
  lua_setfield(L, -2, "methods");
  push_random(L);
  lua_setfield(L, -2, "random");
  marshal_push_null(L);
  lua_setfield(L, -2, "null");
  push_operations(L);
  lua_setfield(L, -2, "operations");
  set_text(L, "curl_version", curl_version_info(CURLVERSION_NOW)->version);
  return 1;
}
