/*
** session.c: the Lua class behind a client: a base address and one transport to it.
*/
#include "binding/session.h"

#include <lauxlib.h>
#include <limits.h>
#include <string.h>

#include "binding/box.h"
#include "binding/exchange.h"
#include "http/url.h"

static const char class_name[] = "bytenite.session";

enum {
  MAX_WAIT = 60 * 1000, /* milliseconds */
  SHORTEST_TURN = 4,    /* owners */
  LONGEST_TURN = 64
};

Session *session_check(lua_State *L, int index) {
  return class_check(L, index, class_name);
}

const char *session_problem(const Session *session) {
  if (!transport_is_own(&session->transport)) return "forked";
  return session->transport.is_open ? NULL : "closed";
}

/*
** session:close(): ends all transfers and frees everything; in a forked child it frees only what
** belongs to the child. May be called twice.
*/
static int session_close(lua_State *L) {
  Session *session = session_check(L, 1);
  if (!transport_is_own(&session->transport))
    transport_forget(&session->transport);
  else if (session_problem(session) == NULL)
    transport_close(&session->transport);
  return 0;
}

static int session_collect(lua_State *L) {
  Session *session = session_check(L, 1);
  session_close(L);
  buffer_free(&session->base_url);
  buffer_free(&session->service);
  curl_slist_free_all(session->headers);
  session->headers = NULL;
  return 0;
}

/* session:problem(): returns why the session cannot be used ("closed", "forked"), or nil. */
static int session_get_problem(lua_State *L) {
  lua_pushstring(L, session_problem(session_check(L, 1)));
  return 1;
}

/*
** session:in_flight(): returns the number of transfers that are in flight, or finished and not yet
** returned by `step`.
*/
static int session_in_flight(lua_State *L) {
  const Session *session = session_check(L, 1);
  const bool is_usable = session_problem(session) == NULL; /* a forked child has the numbers of its parent */
  lua_pushinteger(L, is_usable ? (lua_Integer)transport_load(&session->transport) : 0);
  return 1;
}

/*
** session:is_idle(): returns whether no transfer is in flight or finished; nil if the session
** cannot be used.
*/
static int session_is_idle(lua_State *L) {
  const Session *session = session_check(L, 1);
  if (session_problem(session) != NULL) return 0;
  lua_pushboolean(L, transport_load(&session->transport) == 0);
  return 1;
}

/*
** Pushes the owner of the exchange that a transfer belongs to. Returns false if the exchange is
** gone or being collected.
*/
static bool push_owner(lua_State *L, const Transfer *transfer) {
  lua_getiuservalue(L, 1, SESSION_EXCHANGES);
  const bool alive = lua_rawgetp(L, -1, transfer_owner(transfer)) == LUA_TUSERDATA;
  if (alive) lua_getiuservalue(L, -1, EXCHANGE_OWNER);
  return alive;
}

/* Returns the next transfer that needs attention: one that has ended, or else a ready stream. */
static Transfer *next_transfer(Transport *transport) {
  Transfer *transfer = transport_next_finished(transport);
  return transfer != NULL ? transfer : transport_next_ready_stream(transport);
}

/*
** Returns milliseconds, rounded up so that a wait never ends early; 0 for a negative time and NaN.
*/
static int wait_time(lua_Number seconds) {
  if (!(seconds > 0)) return 0;
  return seconds * 1000 >= (lua_Number)MAX_WAIT ? MAX_WAIT : (int)(seconds * 1000) + 1;
}

/* Pushes the owner of the next transfer that needs attention. Returns false if there is none. */
static bool push_next(lua_State *L, Transport *transport) {
  for (Transfer *transfer = next_transfer(transport); transfer != NULL; transfer = next_transfer(transport)) {
    if (push_owner(L, transfer)) return true;
    transport_release(transfer);
    lua_settop(L, 2);
  }
  return false;
}

/*
** session:step(seconds): starts a turn: sends the requests that were started, and returns the owner
** of a transfer that has ended, oldest first, or of a stream that has received bytes or wants some.
** If there is none, drives all transfers, waits up to `seconds` for something to happen, and may
** return nil. Requests that the owners start leave with the next step, so a turn is short if there
** was nothing to do before it, and twice as long as the previous turn if that had transfers left
** over.
*/
static int session_step(lua_State *L) {
  Session *session = session_check(L, 1);
  const lua_Number seconds = luaL_optnumber(L, 2, 0);
  lua_settop(L, 2);
  if (session_problem(session) != NULL) return 0;
  Transport *transport = &session->transport;
  transport_flush(transport);
  bool found = push_next(L, transport);
  if (found) {
    if (session->turn < LONGEST_TURN) session->turn *= 2;
  } else {
    transport_step(transport, wait_time(seconds));
    found = push_next(L, transport);
    if (!found) session->turn = SHORTEST_TURN;
  }
  session->left_in_turn = session->turn - 1;
  return found ? 1 : 0;
}

/* session:next(): returns the next owner of this turn, without a step; nil if there is none. */
static int session_next(lua_State *L) {
  Session *session = session_check(L, 1);
  lua_settop(L, 2);
  if (session->left_in_turn == 0 || session_problem(session) != NULL) return 0;
  session->left_in_turn--;
  return push_next(L, &session->transport) ? 1 : 0;
}

/*
** session:has_room(once_only): returns whether another exchange should be started now; nil if the
** session cannot be used.
*/
static int session_has_room(lua_State *L) {
  const Session *session = session_check(L, 1);
  if (session_problem(session) != NULL) return 0;
  lua_pushboolean(L, transport_has_room(&session->transport, lua_toboolean(L, 2)));
  return 1;
}

/*
** session:descriptor(): returns a descriptor that is readable while `step` has something to do; nil
** if the system has none.
*/
static int session_descriptor(lua_State *L) {
  Session *session = session_check(L, 1);
  const int descriptor = session_problem(session) == NULL ? transport_descriptor(&session->transport) : -1;
  if (descriptor < 0) return 0;
  lua_pushinteger(L, descriptor);
  return 1;
}

/*
** session:arm(seconds): makes the descriptor readable after `seconds` at the latest (nil: no
** limit), or earlier if a transfer needs it. Returns the seconds until then, or nil if no timer is
** needed.
*/
static int session_arm(lua_State *L) {
  Session *session = session_check(L, 1);
  const bool has_limit = !lua_isnoneornil(L, 2);
  const long long limit = has_limit ? wait_time(luaL_checknumber(L, 2)) : -1;
  if (session_problem(session) != NULL) return 0;
  const long long left = transport_arm(&session->transport, limit);
  if (left < 0) return 0;
  lua_pushnumber(L, (lua_Number)left / 1000);
  return 1;
}

/* Pushes a text option of the table at index 1 and returns it; NULL if it is absent. */
static const char *option(lua_State *L, const char *name) {
  return lua_getfield(L, 1, name) == LUA_TNIL ? NULL : luaL_checkstring(L, -1);
}

static HttpVersion http_version_option(lua_State *L) {
  static const char *const names[] = {"auto", "1.1", "2", NULL};
  static const HttpVersion versions[] = {HTTP_VERSION_AUTO, HTTP_VERSION_1_1, HTTP_VERSION_2};
  lua_getfield(L, 1, "http_version");
  return versions[luaL_checkoption(L, -1, "auto", names)];
}

void session_add_headers(lua_State *L, int index, struct curl_slist **headers) {
  const lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  for (lua_Integer i = 1; i <= count; i++) {
    if (lua_rawgeti(L, index, i) != LUA_TSTRING) /* converting a number may run a finalizer, which may free them */
      luaL_error(L, "a header must be a string");
    struct curl_slist *longer = curl_slist_append(*headers, lua_tostring(L, -1));
    if (longer == NULL) raise_no_memory(L);
    *headers = longer;
    lua_pop(L, 1);
  }
}

static void set_exchanges_table(lua_State *L, int index) {
  lua_newtable(L);
  lua_newtable(L);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_setiuservalue(L, index, SESSION_EXCHANGES);
}

/*
** core.session(options): base_url, service, user_agent, ca_file, ca_path, client_cert, client_key,
** proxy, http_version, max_connections, headers (a list of "Name: value"); Lua has checked all of
** them.
*/
int session_new(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *base_url = option(L, "base_url");
  const char *service = option(L, "service");
  luaL_argcheck(L, base_url != NULL && service != NULL, 1, "base_url and service are needed");
  TransportOptions options = {
    .user_agent = option(L, "user_agent"),
    .ca_file = option(L, "ca_file"),
    .ca_path = option(L, "ca_path"),
    .client_cert = option(L, "client_cert"),
    .client_key = option(L, "client_key"),
    .proxy = option(L, "proxy"),
    .http_version = http_version_option(L),
    .is_https = strncmp(base_url, "https:", strlen("https:")) == 0,
  };
  lua_getfield(L, 1, "max_connections");
  const lua_Integer connections = luaL_checkinteger(L, -1);
  luaL_argcheck(L, connections >= 1 && connections <= INT_MAX, 1, "max_connections is out of range");
  options.max_connections = (size_t)connections;
  Session *session = lua_newuserdatauv(L, sizeof *session, SESSION_USER_VALUES);
  memset(session, 0, sizeof *session);
  session->turn = SHORTEST_TURN;
  luaL_setmetatable(L, class_name);
  set_exchanges_table(L, lua_gettop(L));
  lua_createtable(L, SESSION_MAX_FREE, 0); /* so that keeping one allocates nothing */
  lua_setiuservalue(L, -2, SESSION_FREE_LIST);
  if (!transport_open(&session->transport, &options) || !buffer_append_text(&session->base_url, base_url) ||
      !url_append_encoded(&session->service, service, strlen(service)))
    raise_no_memory(L);
  if (lua_getfield(L, 1, "headers") == LUA_TTABLE) session_add_headers(L, lua_gettop(L), &session->headers);
  lua_pop(L, 1);
  return 1;
}

static const luaL_Reg methods[] = {
  {"exchange", exchange_new},     {"raw_exchange", exchange_new_raw}, {"step", session_step},
  {"next", session_next},         {"in_flight", session_in_flight},   {"is_idle", session_is_idle},
  {"has_room", session_has_room}, {"descriptor", session_descriptor}, {"arm", session_arm},
  {"close", session_close},       {"problem", session_get_problem},   {NULL, NULL},
};

void session_register(lua_State *L) {
  class_register(L, class_name, methods, &(ClassEndings){.collect = session_collect, .close = session_close});
  class_push_methods(L, class_name);
}
