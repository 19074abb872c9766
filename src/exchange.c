/*
** exchange.c: the Lua class of one call on the wire.
**
** row and arguments -> URL, headers, body -> transport -> typed result, or status and text. The body is written once,
** when the exchange is made, so that bad input is refused before anything is sent and every sending carries the same bytes.
*/
#include "exchange.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "box.h"
#include "marshal.h"
#include "operations.h"
#include "refresh.h"
#include "url.h"

static const char class_name[] = "bytenite.exchange";

/*
** What a sending came to. It is the exchange's own: a finalizer that closes the client while an answer is turned into Lua values
** takes the transfer away, not this.
*/
typedef struct Answer {
  TransferOutcome outcome;
  long status;
  bool was_sent;
  bool certificate_refused;
  double retry_after; /* seconds; 0: the answer does not say */
  Buffer body;
  Buffer problem; /* libcurl's words, where there is no answer */
} Answer;

typedef struct Exchange {
  Session *session;
  Transfer *transfer; /* NULL before the first sending and after a release */
  const char *method;
  const Schema *result;
  Buffer url;
  Buffer body;
  bool has_body;
  struct curl_slist *headers;
  Answer answer;
  bool has_answer;
  bool is_read; /* the answer's body is being turned into Lua values */
} Exchange;

enum {
  MAX_URL = 64 * 1024, /* bytes; no server takes as many, and libcurl refuses over 8 million */
  KEEP_TEXT = 4096     /* bytes of an idle exchange's buffers */
};

/*
** A userdata of the class holds a pointer: the exchange itself lies outside of Lua's memory, since libcurl and the transport point
** into it. Should Lua have no memory even to call the finalizer, it is lost, but nothing points to where it was.
*/
typedef struct Handle {
  Exchange *exchange;
} Handle;

/* The exchange at stack index 1; NULL once its finalizer has run, as it may have before those of objects that still use it. */
static Exchange *find_exchange(lua_State *L) {
  return ((Handle *)class_check(L, 1, class_name))->exchange;
}

static Exchange *check_exchange(lua_State *L) {
  Exchange *exchange = find_exchange(L);
  if (exchange == NULL) luaL_error(L, "the exchange was collected");
  return exchange;
}

/* Ends the transfer and hands the answer's memory back to it, for the next one. */
static void release_transfer(Exchange *exchange) {
  Transfer *transfer = exchange->transfer;
  exchange->transfer = NULL;
  exchange->has_answer = exchange->is_read;
  /* in a forked child the transfer belongs to the parent: whatever curl did here could end its connections */
  if (transfer == NULL || session_problem(exchange->session) != NULL) return;
  if (!exchange->is_read) transfer_swap_body(transfer, &exchange->answer.body);
  exchange->transfer = transfer; /* its holder, which the release clears */
  transport_release(transfer);
}

/* exchange:release(): ends the transfer, if any, and makes its parts free for others. The answer is gone then. */
static int exchange_release(lua_State *L) {
  Exchange *exchange = find_exchange(L);
  if (exchange != NULL) release_transfer(exchange);
  return 0;
}

static int exchange_collect(lua_State *L) {
  Exchange *exchange = find_exchange(L);
  if (exchange == NULL) return 0;
  release_transfer(exchange);
  buffer_free(&exchange->url);
  buffer_free(&exchange->body);
  buffer_free(&exchange->answer.body);
  buffer_free(&exchange->answer.problem);
  curl_slist_free_all(exchange->headers);
  free(exchange);
  ((Handle *)lua_touserdata(L, 1))->exchange = NULL;
  return 0;
}

static void check_memory(lua_State *L, bool has_memory) {
  if (!has_memory) raise_no_memory(L);
}

/* Pushes an exchange that has served and is kept to serve again; NULL when the collector has been quicker. */
static Exchange *push_idle_exchange(lua_State *L, Session *session) {
  lua_getiuservalue(L, 1, SESSION_IDLE);
  lua_rawgeti(L, -1, session->idle);
  lua_pushnil(L);
  lua_rawseti(L, -3, session->idle--);
  lua_remove(L, -2);
  return ((Handle *)lua_touserdata(L, -1))->exchange;
}

/* Pushes an exchange of the session at stack index 1, with nothing in it. */
static Exchange *push_exchange(lua_State *L) {
  Session *session = session_check(L, 1);
  if (session->idle > 0) {
    Exchange *idle = push_idle_exchange(L, session);
    if (idle != NULL) return idle;
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
  return exchange;
}

/*
** exchange:recycle(): releases the exchange and keeps it for a call to come; nobody may use it any more. One whose answer is being read
** is left to the collector.
*/
static int exchange_recycle(lua_State *L) {
  Exchange *exchange = find_exchange(L);
  if (exchange == NULL) return 0;
  Session *session = exchange->session;
  release_transfer(exchange);
  lua_pushnil(L);
  lua_setiuservalue(L, 1, EXCHANGE_OWNER);
  if (exchange->is_read || session->idle == SESSION_MAX_IDLE) return 0;
  curl_slist_free_all(exchange->headers);
  exchange->headers = NULL;
  exchange->result = NULL;
  buffer_reset(&exchange->url, KEEP_TEXT);
  buffer_reset(&exchange->body, KEEP_TEXT);
  lua_getiuservalue(L, 1, EXCHANGE_SESSION);
  lua_getiuservalue(L, -1, SESSION_IDLE);
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, ++session->idle);
  return 0;
}

/* Appends a row's path with its parts filled in. */
static bool append_path(Exchange *exchange, const char *path, const char *id, size_t id_length) {
  Buffer *url = &exchange->url;
  const Buffer *service = &exchange->session->service;
  while (*path != '\0') {
    const size_t literal = strcspn(path, "{");
    if (!buffer_append(url, path, literal)) return false;
    path += literal;
    if (*path == '\0') break;
    const bool is_service = strncmp(path, "{service}", strlen("{service}")) == 0;
    if (is_service ? !buffer_append(url, service->data, service->length) : !url_append_encoded(url, id, id_length))
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
  session_check(L, 1);
  const Operation *operation = operation_find(luaL_checkstring(L, 2));
  luaL_argcheck(L, operation != NULL, 2, "no such operation");
  size_t id_length = 0;
  const char *id = luaL_optlstring(L, 3, NULL, &id_length);
  const bool needs_id = strstr(operation->path, "{jobId}") != NULL;
  luaL_argcheck(L, !needs_id || (id != NULL && url_is_segment(id, id_length)), 3, "no job id");
  lua_settop(L, 4);
  Exchange *exchange = push_exchange(L);
  exchange->method = operation->method;
  exchange->result = operation->result;
  exchange->has_body = operation->body != NULL;
  check_memory(L, append_base(exchange) && append_path(exchange, operation->path, id, id_length));
  if (exchange->url.length > MAX_URL) return refuse_url(L);
  if (!exchange->has_body) return 1;
  if (marshal_write(L, 4, operation->body, &exchange->body)) return 1;
  return return_problem(L);
}

static void add_headers(lua_State *L, int index, Exchange *exchange) {
  const lua_Integer count = luaL_len(L, index);
  for (lua_Integer i = 1; i <= count; i++) {
    lua_geti(L, index, i);
    struct curl_slist *headers = curl_slist_append(exchange->headers, luaL_checkstring(L, -1));
    check_memory(L, headers != NULL);
    exchange->headers = headers;
    lua_pop(L, 1);
  }
}

int exchange_new_raw(lua_State *L) {
  session_check(L, 1);
  const char *method = luaL_checkstring(L, 2);
  const char *target = luaL_checkstring(L, 3);
  size_t length = 0;
  const char *body = luaL_optlstring(L, 4, NULL, &length);
  luaL_checktype(L, 5, LUA_TTABLE);
  lua_settop(L, 5);
  Exchange *exchange = push_exchange(L);
  exchange->method = method; /* lives as long as its user value */
  check_memory(L, append_base(exchange) && buffer_append_text(&exchange->url, target));
  exchange->has_body = body != NULL;
  add_headers(L, 5, exchange);
  check_memory(L, buffer_append(&exchange->body, body != NULL ? body : "", length));
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, -2, EXCHANGE_METHOD);
  if (exchange->url.length > MAX_URL) return refuse_url(L);
  return 1;
}

/* In milliseconds, at least one: 0 would mean no limit to libcurl. */
static long time_limit(lua_Number seconds) {
  return (long)(seconds * 1000) + 1;
}

/* Enters the exchange at stack index 1 among those in flight of its session, with its owner at index 2. */
static void set_in_flight(lua_State *L, const Exchange *exchange) {
  lua_pushvalue(L, 2);
  lua_setiuservalue(L, 1, EXCHANGE_OWNER);
  lua_getiuservalue(L, 1, EXCHANGE_SESSION);
  lua_getiuservalue(L, -1, SESSION_IN_FLIGHT);
  lua_pushvalue(L, 1);
  lua_rawsetp(L, -2, exchange);
  lua_pop(L, 2);
}

/*
** exchange:start(owner, token, timeout, connect_timeout, max_response_bytes, once_only): sends the request; the answer to an
** earlier sending is gone. `token` nil sends no Authorization. Returns true; or nil and why the session cannot be used.
*/
static int exchange_start(lua_State *L) {
  Exchange *exchange = check_exchange(L);
  const char *problem = session_problem(exchange->session);
  luaL_checkany(L, 2);
  const TransferRequest request = {
    .method = exchange->method,
    .url = exchange->url.data,
    .body = exchange->has_body ? exchange->body.data : NULL,
    .body_length = exchange->body.length,
    .authorization = luaL_optstring(L, 3, NULL),
    .timeout = time_limit(luaL_checknumber(L, 4)),
    .connect_timeout = time_limit(luaL_checknumber(L, 5)),
    .max_response_bytes = (size_t)luaL_checkinteger(L, 6),
    .once_only = lua_toboolean(L, 7),
    .headers = exchange->headers,
  };
  if (problem != NULL) {
    lua_pushstring(L, problem);
    return return_problem(L);
  }
  release_transfer(exchange);
  set_in_flight(L, exchange);
  const CURLcode code = transport_start(&exchange->session->transport, &request, &exchange->transfer, exchange);
  check_memory(L, code != CURLE_OUT_OF_MEMORY);
  if (code != CURLE_OK) return luaL_error(L, "libcurl cannot send this request: %s", curl_easy_strerror(code));
  lua_pushboolean(L, 1);
  return 1;
}

/* The answer to the last sending, taken from its transfer at the first look. */
static Answer *check_answer(lua_State *L) {
  Exchange *exchange = check_exchange(L);
  Answer *answer = &exchange->answer;
  if (exchange->has_answer) return answer;
  Transfer *transfer = exchange->transfer;
  luaL_argcheck(L, transfer != NULL, 1, "the exchange was not sent, or was released");
  answer->outcome = transfer_outcome(transfer);
  answer->status = transfer_status(transfer);
  answer->retry_after = answer->status != 200 ? transfer_retry_after(transfer) : 0;
  if (answer->outcome != TRANSFER_ANSWERED) {
    answer->was_sent = transfer_was_sent(transfer);
    answer->certificate_refused = transfer_certificate_refused(transfer);
    buffer_reset(&answer->problem, 0);
    check_memory(L, buffer_append_text(&answer->problem, transfer_problem(transfer)));
  }
  transfer_swap_body(transfer, &answer->body);
  exchange->has_answer = true;
  return answer;
}

/*
** exchange:outcome(): what became of the sending. "answered" and the status; or a kind of failure ("timeout", "connection", "tls",
** "protocol", "too_large"), libcurl's words, whether the request went out, and whether a certificate was refused.
*/
static int exchange_outcome(lua_State *L) {
  static const char *const names[] = {"answered", "timeout", "connection", "tls", "protocol", "too_large"};
  const Answer *answer = check_answer(L);
  check_memory(L, answer->outcome != TRANSFER_NO_MEMORY);
  lua_pushstring(L, names[answer->outcome]);
  if (answer->outcome == TRANSFER_ANSWERED) {
    lua_pushinteger(L, answer->status);
    return 2;
  }
  lua_pushstring(L, answer->problem.data);
  lua_pushboolean(L, answer->was_sent);
  lua_pushboolean(L, answer->certificate_refused);
  return 4;
}

/* exchange:value(): the body read by the schema of the operation's result; or nil and why it cannot be read. */
static int exchange_value(lua_State *L) {
  const Buffer *body = &check_answer(L)->body;
  Exchange *exchange = check_exchange(L);
  const Schema *schema = exchange->result != NULL ? exchange->result : &schema_any;
  exchange->is_read = true; /* stays so when memory runs out: then only the collector frees the body */
  const bool read = marshal_read(L, buffer_text(body), body->length, schema);
  exchange->is_read = false;
  if (read) return 1;
  return return_problem(L);
}

/* Pushes nil, a kind of error and a message, or nil for a message that the answer itself holds. */
static int refuse_answer(lua_State *L, const char *kind, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, kind);
  lua_pushstring(L, message);
  return 3;
}

/*
** Checks the id that was read against the one at stack index 2, nil for any, and keeps that one where the answer has none: unset values
** come as "". Returns what is wrong, or NULL.
*/
static const char *check_id(lua_State *L, int slots) {
  const int id = slots + (int)schema_index(&schema_job, "id");
  const bool is_known = !lua_isnil(L, 2);
  const bool is_unset = lua_isnil(L, id) || (lua_type(L, id) == LUA_TSTRING && lua_rawlen(L, id) == 0);
  if (!is_known) return is_unset || lua_type(L, id) != LUA_TSTRING ? "the answer holds a job without an id" : NULL;
  if (is_unset) {
    lua_pushvalue(L, 2);
    lua_replace(L, id);
  }
  return lua_rawequal(L, id, 2) ? NULL : "the answer is about another job";
}

/*
** exchange:job(id, job): reads the body as `{job, templateInfo}` into `job`, whole or not at all, or into a new table when that is
** nil, and returns it. `id` is the job's, or nil when it is not known yet. Else nil, a kind of error and a message; no message where
** the answer itself says what is wrong.
*/
static int exchange_job(lua_State *L) {
  const Buffer *body = &check_answer(L)->body;
  Exchange *exchange = check_exchange(L);
  lua_settop(L, 3);
  exchange->is_read = true; /* as in exchange_value */
  const JobAnswer answer = marshal_read_job(L, buffer_text(body), body->length);
  exchange->is_read = false;
  switch (answer) {
    case JOB_READ: break;
    case JOB_NOT_JSON:
      lua_pushfstring(L, "the answer is not JSON: %s", lua_tostring(L, -1));
      return refuse_answer(L, "protocol", lua_tostring(L, -1));
    case JOB_NOT_OBJECT: return refuse_answer(L, "unexpected", "the answer is not an object");
    case JOB_NOT_OK: return refuse_answer(L, "unexpected", NULL);
    case JOB_MISSING: return refuse_answer(L, "unexpected", "the answer holds no job");
  }
  const char *problem = check_id(L, 4);
  if (problem != NULL) return refuse_answer(L, "unexpected", problem);
  if (lua_isnil(L, 3)) {
    lua_createtable(L, 0, (int)schema_job.count);
    lua_replace(L, 3);
  }
  luaL_checktype(L, 3, LUA_TTABLE);
  refresh(L, 3, &schema_job, 4);
  lua_settop(L, 3);
  return 1;
}

/* exchange:body(): the answer's body as text. */
static int exchange_body(lua_State *L) {
  const Buffer *body = &check_answer(L)->body;
  lua_pushlstring(L, buffer_text(body), body->length);
  return 1;
}

/* exchange:retry_after(): seconds the answer asks to wait before the next try, or nil. */
static int exchange_retry_after(lua_State *L) {
  const double seconds = check_answer(L)->retry_after;
  if (seconds <= 0) return 0;
  lua_pushnumber(L, seconds);
  return 1;
}

/* Adds "name\0value\0" for each of the answer's headers, names in lower case. */
static bool append_headers(Buffer *out, const Transfer *transfer) {
  struct curl_header *header = NULL;
  while ((header = transfer_next_header(transfer, header)) != NULL) {
    for (const char *c = header->name; *c != '\0'; c++)
      if (!buffer_append_byte(out, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c)) return false;
    if (!buffer_append_byte(out, '\0') || !buffer_append(out, header->value, strlen(header->value) + 1)) return false;
  }
  return true;
}

/* exchange:headers(): the answer's headers, names in lower case, values of a repeated one joined by ", " (RFC 9110 section 5.3). */
static int exchange_headers(lua_State *L) {
  const Exchange *exchange = check_exchange(L);
  Buffer *text = buffer_push(L); /* a copy, because a finalizer may close the client while tables are made */
  check_memory(L, buffer_reserve(text, 0) && (exchange->transfer == NULL || append_headers(text, exchange->transfer)));
  lua_newtable(L);
  const char *end = text->data + text->length;
  for (const char *name = text->data; name < end;) {
    const char *value = name + strlen(name) + 1;
    if (lua_getfield(L, -1, name) == LUA_TSTRING)
      lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
    else
      lua_pushstring(L, value);
    lua_setfield(L, -3, name);
    lua_pop(L, 1);
    name = value + strlen(value) + 1;
  }
  return 1;
}

/* exchange:path(): the path of the request, without the query. */
static int exchange_path(lua_State *L) {
  const Exchange *exchange = find_exchange(L);
  const char *url = exchange != NULL ? exchange->url.data : "";
  const char *authority = strstr(url, "://");
  const char *path = authority != NULL ? strchr(authority + 3, '/') : NULL;
  if (path == NULL) path = "/";
  lua_pushlstring(L, path, strcspn(path, "?"));
  return 1;
}

/* exchange:token(): what the last sending carried as Authorization, or nil. */
static int exchange_token(lua_State *L) {
  const Exchange *exchange = check_exchange(L);
  lua_pushstring(L, exchange->transfer != NULL ? transfer_authorization(exchange->transfer) : NULL);
  return 1;
}

/* exchange:request_body(): the request's body as it goes out, or nil. */
static int exchange_request_body(lua_State *L) {
  const Exchange *exchange = find_exchange(L);
  if (exchange == NULL || !exchange->has_body) return 0;
  lua_pushlstring(L, exchange->body.data, exchange->body.length);
  return 1;
}

static const luaL_Reg methods[] = {
  {"start", exchange_start},
  {"outcome", exchange_outcome},
  {"value", exchange_value},
  {"job", exchange_job},
  {"body", exchange_body},
  {"retry_after", exchange_retry_after},
  {"headers", exchange_headers},
  {"path", exchange_path},
  {"request_body", exchange_request_body},
  {"token", exchange_token},
  {"release", exchange_release},
  {"recycle", exchange_recycle},
  {NULL, NULL},
};

void exchange_register(lua_State *L) {
  class_register(L, class_name, methods, exchange_collect);
}
