/*
** exchange_response.c: the response to an exchange: status and text, or the typed result.
*/
#include <string.h>

#include "binding/box.h"
#include "binding/exchange_parts.h"
#include "binding/job_refresh.h"
#include "binding/marshal.h"
#include "json/excerpt.h"

/*
** Returns the response to the last attempt. Moves it out of the transfer on the first call.
*/
static Response *response_of(lua_State *L, Exchange *exchange) {
  Response *response = &exchange->response;
  if (exchange->has_response) return response;
  Transfer *transfer = exchange->transfer;
  luaL_argcheck(L, transfer != NULL, 1, "the exchange was not sent, or was released");
  response->outcome = transfer_outcome(transfer);
  response->status = transfer_status(transfer);
  exchange->needs_new_connection = response->outcome != TRANSFER_RESPONSE;
  if (response->outcome != TRANSFER_RESPONSE) {
    response->was_sent = transfer_was_sent(transfer);
    response->is_final = transfer_is_final(transfer);
    response->proxy_status = transfer_proxy_status(transfer);
    buffer_reset(&response->problem, 0);
    check_memory(L, buffer_append_text(&response->problem, transfer_problem(transfer)));
  }
  transfer_swap_body(transfer, &response->body);
  exchange->has_response = true;
  return response;
}

static Response *check_response(lua_State *L) {
  return response_of(L, exchange_check(L));
}

/*
** exchange:outcome(): returns the outcome of the attempt: "response" and the status; or a kind of
** failure ("timeout", "connection", "tls", "protocol", "too_large"), libcurl's message, whether the
** request may have left, whether another attempt cannot help, and the status of a proxy that
** refused to connect, or nil.
*/
int exchange_push_outcome(lua_State *L, Exchange *exchange) {
  static const char *const names[] = {"response", "timeout", "connection", "tls", "protocol", "too_large"};
  const Response *response = response_of(L, exchange);
  if (response->outcome == TRANSFER_NO_MEMORY) raise_no_memory(L);
  lua_pushstring(L, names[response->outcome]);
  if (response->outcome == TRANSFER_RESPONSE) {
    lua_pushinteger(L, response->status);
    return 2;
  }
  lua_pushstring(L, response->problem.data);
  lua_pushboolean(L, response->was_sent);
  lua_pushboolean(L, response->is_final);
  if (response->proxy_status == 0) return 4;
  lua_pushinteger(L, response->proxy_status);
  return 5;
}

static int exchange_outcome(lua_State *L) {
  return exchange_push_outcome(L, exchange_check(L));
}

/*
** exchange:value(): returns the body, read by the schema of the operation's result; or nil and why
** it cannot be read.
*/
static int exchange_value(lua_State *L) {
  Exchange *exchange = exchange_check_ready(L);
  const Buffer *body = &response_of(L, exchange)->body;
  const Schema *schema = exchange->result != NULL ? exchange->result : &schema_any;
  exchange->is_read = true; /* stays true if memory runs out: then only the collector frees the body */
  const bool read = marshal_read(L, buffer_text(body), body->length, schema);
  exchange->is_read = false;
  if (read) return 1;
  return return_problem(L);
}

/* Pushes nil, a kind of error and a message, which is NULL if the response itself has one. */
static int refuse_response(lua_State *L, const char *kind, const char *message) {
  lua_pushnil(L);
  lua_pushstring(L, kind);
  lua_pushstring(L, message);
  return 3;
}

/*
** Compares the id in the response with the id of the request at stack index 3, nil for any. Uses
** the latter if the response has none; the service sends unset values as "". Returns what is wrong,
** or NULL.
*/
static const char *check_id(lua_State *L, JobMembers *members) {
  int *id = &members->at[SCHEMA_JOB_ID];
  const bool is_known = !lua_isnil(L, 3);
  const bool is_text = *id != 0 && lua_type(L, *id) == LUA_TSTRING;
  const bool is_unset = *id == 0 || (is_text && lua_rawlen(L, *id) == 0);
  if (!is_known) return is_unset || !is_text ? "the response holds a job without an id" : NULL;
  if (is_unset) *id = 3;
  return lua_rawequal(L, *id, 3) ? NULL : "the response is about another job";
}

/*
** exchange:job(job): reads the body as `{job, templateInfo}` into `job`, or into a new table if
** that is nil, completely or not at all, and returns it. Otherwise returns nil, a kind of error and
** a message; no message if the response itself says what is wrong.
*/
static int exchange_job(lua_State *L) {
  Exchange *exchange = exchange_check_ready(L);
  const Buffer *body = &response_of(L, exchange)->body;
  JobMembers members;
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, EXCHANGE_ID);
  exchange->is_read = true; /* as in exchange_value */
  const JobOutcome outcome = marshal_read_job(L, buffer_text(body), body->length, &members);
  exchange->is_read = false;
  switch (outcome) {
    case JOB_READ: break;
    case JOB_NOT_JSON:
      lua_pushfstring(L, "the response is not JSON: %s", lua_tostring(L, -1));
      return refuse_response(L, "protocol", lua_tostring(L, -1));
    case JOB_NOT_OBJECT: return refuse_response(L, "unexpected", "the response is not an object");
    case JOB_NOT_OK: return refuse_response(L, "unexpected", NULL);
    case JOB_MISSING: return refuse_response(L, "unexpected", "the response holds no job");
  }
  const char *problem = check_id(L, &members);
  if (problem != NULL) return refuse_response(L, "unexpected", problem);
  if (lua_isnil(L, 2)) {
    lua_createtable(L, 0, (int)schema_job.count);
    lua_replace(L, 2);
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  refresh(L, 2, &members);
  lua_settop(L, 2);
  return 1;
}

/*
** exchange:body(most): returns the response body as text, or its first `most` bytes.
*/
static int exchange_body(lua_State *L) {
  const Buffer *body = &check_response(L)->body;
  const lua_Integer most = luaL_optinteger(L, 2, LUA_MAXINTEGER);
  const size_t length = most >= 0 && (lua_Unsigned)most < body->length ? (size_t)most : body->length;
  lua_pushlstring(L, buffer_text(body), length);
  return 1;
}

/*
** exchange:excerpt(): returns the members of an error's body that say what is wrong, as JSON; an
** empty text if the body is not an object.
*/
static int exchange_excerpt(lua_State *L) {
  Exchange *exchange = exchange_check(L);
  Buffer *text = buffer_push(L);
  const Buffer *body = &response_of(L, exchange)->body;
  check_memory(L, json_excerpt(buffer_text(body), body->length, text));
  lua_pushlstring(L, buffer_text(text), text->length);
  return 1;
}

/* Appends "name\0value\0" for each header of the response, names in lower case. */
static bool append_headers(Buffer *out, const Transfer *transfer) {
  struct curl_header *header = NULL;
  for (size_t left = transfer_header_count(transfer); left > 0; left--) {
    if ((header = transfer_next_header(transfer, header)) == NULL) break;
    for (const char *c = header->name; *c != '\0'; c++)
      if (!buffer_append_byte(out, *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c)) return false;
    if (!buffer_append_byte(out, '\0') || !buffer_append(out, header->value, strlen(header->value) + 1)) return false;
  }
  return true;
}

/*
** exchange:headers(): returns the response headers in their order, a list of pairs: the name in
** lower case, and the value.
*/
static int exchange_headers(lua_State *L) {
  const Exchange *exchange = exchange_check(L);
  Buffer *text = buffer_push(L); /* a copy, because a finalizer may close the client while tables are made */
  check_memory(L, buffer_reserve(text, 0) && (exchange->transfer == NULL || append_headers(text, exchange->transfer)));
  lua_newtable(L);
  const char *end = text->data + text->length;
  lua_Integer count = 0;
  for (const char *name = text->data; name < end;) {
    const char *value = name + strlen(name) + 1;
    lua_createtable(L, 2, 0);
    lua_pushstring(L, name);
    lua_rawseti(L, -2, 1);
    lua_pushstring(L, value);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, ++count);
    name = value + strlen(value) + 1;
  }
  return 1;
}

const luaL_Reg response_methods[] = {
  {"outcome", exchange_outcome}, {"value", exchange_value},     {"job", exchange_job}, {"body", exchange_body},
  {"excerpt", exchange_excerpt}, {"headers", exchange_headers}, {NULL, NULL},
};
