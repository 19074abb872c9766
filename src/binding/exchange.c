/*
** exchange.c: the Lua class of an HTTP exchange.
**
** row and arguments -> URL, headers, body -> transport -> typed result, or status and text. The
** body is written once, when the exchange is made, so that bad input is refused before anything is
** sent and every attempt carries the same bytes.
*/
#include "binding/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "binding/box.h"
#include "binding/exchange_parts.h"
#include "binding/marshal.h"
#include "http/url.h"

static const char class_name[] = "bytenite.exchange";

enum {
  MAX_URL = 64 * 1024,   /* bytes; no server accepts longer ones, and libcurl refuses over 8 million */
  MAX_SECONDS = 2147483, /* of a time limit */
  KEEP_TEXT = 4096       /* bytes of a buffer that are worth keeping for the next exchange */
};

Exchange *exchange_find(lua_State *L) {
  Exchange *exchange = ((Handle *)class_check(L, 1, class_name))->exchange;
  return exchange != NULL && !exchange->is_free ? exchange : NULL;
}

Exchange *exchange_check(lua_State *L) {
  Exchange *exchange = exchange_find(L);
  if (exchange == NULL) luaL_error(L, "the exchange was freed");
  return exchange;
}

Exchange *exchange_check_ready(lua_State *L) {
  Exchange *exchange = exchange_check(L);
  if (exchange->is_read) luaL_error(L, "the response of the exchange is being read");
  return exchange;
}

/* Ends the transfer. Its response buffer returns to it, for the next response. */
static void release_transfer(Exchange *exchange) {
  Transfer *transfer = exchange->transfer;
  exchange->transfer = NULL;
  exchange->has_response = exchange->is_read;
  /*
  ** in a forked child the transfer belongs to the parent: any call of libcurl could
  ** end the parent's connections
  */
  if (transfer == NULL || session_problem(exchange->session) != NULL) return;
  if (!exchange->is_read) transfer_swap_body(transfer, &exchange->response.body);
  exchange->transfer = transfer; /* its holder, which the release clears */
  transport_release(transfer);
}

/* exchange:release(): ends the transfer, if any, and drops the response. */
static int exchange_release(lua_State *L) {
  Exchange *exchange = exchange_find(L);
  if (exchange != NULL) release_transfer(exchange);
  return 0;
}

static int exchange_collect(lua_State *L) {
  Handle *handle = class_check(L, 1, class_name);
  Exchange *exchange = handle->exchange;
  if (exchange == NULL) return 0;
  release_transfer(exchange);
  buffer_free(&exchange->url);
  buffer_free(&exchange->body);
  buffer_free(&exchange->response.body);
  buffer_free(&exchange->response.problem);
  curl_slist_free_all(exchange->headers);
  free(exchange);
  handle->exchange = NULL;
  return 0;
}

void check_memory(lua_State *L, bool has_memory) {
  if (!has_memory) raise_no_memory(L);
}

/* Takes an exchange from the free list and pushes it. Returns NULL if it has been collected. */
static Exchange *push_free_exchange(lua_State *L, Session *session) {
  lua_getiuservalue(L, 1, SESSION_FREE_LIST);
  lua_rawgeti(L, -1, session->free_exchanges);
  lua_pushnil(L);
  lua_rawseti(L, -3, session->free_exchanges--);
  lua_remove(L, -2);
  Exchange *exchange = ((Handle *)lua_touserdata(L, -1))->exchange;
  if (exchange != NULL) exchange->is_free = false;
  return exchange;
}

/* Pushes an empty exchange of the session, which is at stack index 1. */
static Exchange *push_exchange(lua_State *L, Session *session) {
  if (session->free_exchanges > 0) {
    Exchange *exchange = push_free_exchange(L, session);
    if (exchange != NULL) return exchange;
    lua_pop(L, 1);
  }
  Handle *handle = lua_newuserdatauv(L, sizeof *handle, EXCHANGE_USER_VALUES);
  handle->exchange = NULL;
  luaL_setmetatable(L, class_name);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, EXCHANGE_SESSION);
  Exchange *exchange = calloc(1, sizeof *exchange);
  if (exchange == NULL) raise_no_memory(L);
  handle->exchange = exchange;
  exchange->session = session;
  lua_getiuservalue(L, 1, SESSION_EXCHANGES);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, exchange);
  lua_pop(L, 1);
  return exchange;
}

/*
** exchange:free(): releases the exchange and puts it on the free list; it must not be used again.
** Leaves it to the collector if its response is being read.
*/
static int exchange_free(lua_State *L) {
  Exchange *exchange = exchange_find(L);
  if (exchange == NULL) return 0;
  Session *session = exchange->session;
  release_transfer(exchange);
  lua_pushnil(L);
  lua_setiuservalue(L, 1, EXCHANGE_OWNER);
  if (exchange->is_read || session->free_exchanges == SESSION_MAX_FREE) return 0;
  curl_slist_free_all(exchange->headers);
  exchange->headers = NULL;
  exchange->result = NULL;
  exchange->streams = exchange->needs_new_connection = false;
  buffer_reset(&exchange->url, KEEP_TEXT);
  buffer_reset(&exchange->body, KEEP_TEXT);
  lua_getiuservalue(L, 1, EXCHANGE_SESSION);
  lua_getiuservalue(L, -1, SESSION_FREE_LIST);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, ++session->free_exchanges);
  exchange->is_free = true;
  return 0;
}

/*
** Returns the value of the nth placeholder of a path, from 1: the id at stack index 3, or the nth
** item of the list there. Returns NULL if it is not a string.
*/
static const char *path_id(lua_State *L, int number, size_t *length) {
  const int type = lua_type(L, 3);
  if (type == LUA_TSTRING) return lua_tolstring(L, 3, length);
  if (type != LUA_TTABLE || lua_rawgeti(L, 3, number) != LUA_TSTRING) return NULL;
  const char *id = lua_tolstring(L, -1, length);
  lua_pop(L, 1); /* the list keeps it */
  return id;
}

/* Returns the next placeholder of a path that is for an id, not for the service; or NULL. */
static const char *next_placeholder(const char *path) {
  const char *found = strchr(path, '{');
  while (found != NULL && strncmp(found, "{service}", strlen("{service}")) == 0)
    found = strchr(found + 1, '{');
  return found;
}

static bool has_ids(lua_State *L, const char *path) {
  size_t length;
  int number = 0;
  while ((path = next_placeholder(path)) != NULL) {
    const char *id = path_id(L, ++number, &length);
    if (id == NULL || !url_is_segment(id, length)) return false;
    path++;
  }
  return true;
}

/* Appends the path of a row with its placeholders filled in. */
static bool append_path(lua_State *L, Exchange *exchange, const char *path) {
  Buffer *url = &exchange->url;
  const Buffer *service = &exchange->session->service;
  int number = 0;
  while (*path != '\0') {
    const size_t literal = strcspn(path, "{");
    if (!buffer_append(url, path, literal)) return false;
    path += literal;
    if (*path == '\0') break;
    const bool is_service = strncmp(path, "{service}", strlen("{service}")) == 0;
    size_t length = 0;
    const char *id = is_service ? NULL : path_id(L, ++number, &length);
    if (is_service ? !buffer_append(url, service->data, service->length) : !url_append_encoded(url, id, length))
      return false;
    path += strcspn(path, "}") + 1;
  }
  return true;
}

static bool append_base(Exchange *exchange) {
  return buffer_append(&exchange->url, exchange->session->base_url.data, exchange->session->base_url.length);
}

static int refuse_url(lua_State *L) {
  lua_pushfstring(L, "the address is longer than %d bytes", (int)MAX_URL);
  return return_problem(L);
}

int exchange_new(lua_State *L) {
  Session *session = session_check(L, 1);
  const Operation *operation = operation_at(luaL_checkinteger(L, 2));
  luaL_argcheck(L, operation != NULL, 2, "no such operation");
  if (!has_ids(L, operation->path)) return 0;
  const char *query = luaL_optstring(L, 5, NULL);
  lua_settop(L, 6);
  Exchange *exchange = push_exchange(L, session);
  exchange->method = operation->method;
  exchange->result = operation->result;
  exchange->has_body = operation->body != NULL;
  exchange->is_for_service = exchange->is_api_call = true;
  lua_pushvalue(L, 3);
  lua_setiuservalue(L, -2, EXCHANGE_ID);
  check_memory(L, append_base(exchange) && append_path(L, exchange, operation->path));
  check_memory(L,
               query == NULL || (buffer_append_byte(&exchange->url, '?') && buffer_append_text(&exchange->url, query)));
  if (exchange->url.length > MAX_URL) return refuse_url(L);
  if (!exchange->has_body) return 1;
  if (marshal_write(L, 4, operation->body, lua_istable(L, 6) ? 6 : 0, &exchange->body)) return 1;
  return return_problem(L);
}

void exchange_set_headers(lua_State *L, int index, Exchange *exchange) {
  curl_slist_free_all(exchange->headers);
  exchange->headers = NULL;
  session_add_headers(L, index, &exchange->headers);
}

int exchange_new_raw(lua_State *L) {
  Session *session = session_check(L, 1);
  const char *method = luaL_checkstring(L, 2);
  const char *url = luaL_checkstring(L, 3);
  size_t length = 0;
  const char *body = luaL_optlstring(L, 4, NULL, &length);
  luaL_checktype(L, 5, LUA_TTABLE);
  const bool is_api_call = lua_toboolean(L, 6);
  lua_settop(L, 5);
  Exchange *exchange = push_exchange(L, session);
  exchange->is_api_call = is_api_call;
  exchange->method = method; /* lives as long as its user value */
  check_memory(L, buffer_append_text(&exchange->url, url));
  exchange->has_body = body != NULL;
  exchange->is_for_service = url_has_same_origin(url, buffer_text(&session->base_url));
  exchange_set_headers(L, 5, exchange);
  check_memory(L, buffer_append(&exchange->body, body != NULL ? body : "", length));
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, EXCHANGE_METHOD);
  if (exchange->url.length > MAX_URL) return refuse_url(L);
  return 1;
}

/*
** Converts seconds to milliseconds: at least one, because 0 means no limit to libcurl, and at most
** what fits a long on every platform.
*/
static long time_limit(lua_Number seconds) {
  if (!(seconds > 0)) return 1;
  return seconds < (lua_Number)MAX_SECONDS ? (long)(seconds * 1000) + 1 : MAX_SECONDS * 1000L;
}

/*
** Returns the part of a request that the arguments of exchange_start contain. Converting a number
** to a string may run a finalizer, and so any Lua code.
*/
static TransferRequest check_attempt(lua_State *L) {
  return (TransferRequest){
    .authorization = luaL_optstring(L, 3, NULL),
    .timeout = time_limit(luaL_checknumber(L, 4)),
    .connect_timeout = time_limit(luaL_checknumber(L, 5)),
    .max_response_bytes = (size_t)luaL_checkinteger(L, 6),
    .once_only = lua_toboolean(L, 7),
  };
}

static void start_attempt(lua_State *L, Exchange *exchange, TransferRequest *request) {
  request->method = exchange->method;
  request->url = exchange->url.data;
  request->body = exchange->has_body ? exchange->body.data : NULL;
  request->body_length = exchange->body.length;
  request->shows_certificate = exchange->is_for_service;
  request->on_new_connection = exchange->needs_new_connection;
  request->headers = exchange->headers;
  request->common_headers = exchange->is_api_call ? exchange->session->headers : NULL;
  request->streams = exchange->streams;
  request->stream_size = exchange->stream_size;
  request->decodes = exchange->decodes;
  const CURLcode code = transport_start(&exchange->session->transport, request, &exchange->transfer, exchange);
  check_memory(L, code != CURLE_OUT_OF_MEMORY);
  if (code != CURLE_OK) luaL_error(L, "libcurl cannot send this request: %s", curl_easy_strerror(code));
}

/*
** exchange:start(owner, token, timeout, connect_timeout, max_response_bytes, once_only, wait):
** sends the request and drops the response to an earlier attempt. `session:step` returns `owner`
** when the attempt ends. `token` nil sends no Authorization. If no other transfer of the session is
** in flight, waits up to `wait` seconds for the end. Returns the results of exchange:outcome if the
** attempt has ended, else false; or nil and why the session cannot be used.
*/
static int exchange_start(lua_State *L) {
  exchange_check(L);
  TransferRequest request = check_attempt(L);
  const lua_Number wait = luaL_optnumber(L, 8, 0);
  Exchange *exchange = exchange_check_ready(L);
  Transport *transport = &exchange->session->transport;
  const char *problem = session_problem(exchange->session);
  if (problem != NULL) {
    lua_pushstring(L, problem);
    return return_problem(L);
  }
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 1, EXCHANGE_OWNER);
  release_transfer(exchange);
  const bool is_alone = transport_load(transport) == 0;
  start_attempt(L, exchange, &request);
  if (wait > 0 && is_alone && transport_wait(transport, exchange->transfer, time_limit(wait)))
    return exchange_push_outcome(L, exchange);
  lua_pushboolean(L, 0);
  return 1;
}

/* exchange:path(): returns the path of the request, without the query. */
static int exchange_path(lua_State *L) {
  const Exchange *exchange = exchange_find(L);
  const char *url = exchange != NULL ? exchange->url.data : "";
  const char *authority = strstr(url, "://");
  const char *path = authority != NULL ? authority + 3 + strcspn(authority + 3, "/?#") : "/";
  if (*path != '/') path = "/";
  lua_pushlstring(L, path, strcspn(path, "?#"));
  return 1;
}

/* exchange:token(): returns the Authorization of the last attempt, or nil. */
static int exchange_token(lua_State *L) {
  const Exchange *exchange = exchange_check(L);
  lua_pushstring(L, exchange->transfer != NULL ? transfer_authorization(exchange->transfer) : NULL);
  return 1;
}

/* exchange:request_body(): returns the request body as it is sent, or nil. */
static int exchange_request_body(lua_State *L) {
  const Exchange *exchange = exchange_find(L);
  if (exchange == NULL || !exchange->has_body) return 0;
  lua_pushlstring(L, exchange->body.data, exchange->body.length);
  return 1;
}

static const luaL_Reg methods[] = {
  {"start", exchange_start},
  {"path", exchange_path},
  {"request_body", exchange_request_body},
  {"token", exchange_token},
  {"release", exchange_release},
  {"free", exchange_free},
  {NULL, NULL},
};

void exchange_register(lua_State *L) {
  class_register(L, class_name, methods, &(ClassEndings){.collect = exchange_collect, .close = exchange_release});
  class_add(L, class_name, response_methods);
  class_add(L, class_name, stream_methods);
  class_push_methods(L, class_name);
}
