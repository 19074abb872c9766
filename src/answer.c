/*
** answer.c: the answer to an exchange: status and text, or the typed result.
*/
#include <string.h>

#include "binding/job_refresh.h"
#include "binding/marshal.h"
#include "box.h"
#include "exchange_parts.h"

/* The answer to the last sending, taken from its transfer at the first look. */
static Answer *answer_of(lua_State *L, Exchange *exchange) {
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

static Answer *check_answer(lua_State *L) {
  return answer_of(L, exchange_check(L));
}

/*
** exchange:outcome(): what became of the sending. "answered" and the status; or a kind of failure ("timeout", "connection", "tls",
** "protocol", "too_large"), libcurl's words, whether the request went out, and whether a certificate was refused.
*/
static int exchange_outcome(lua_State *L) {
  static const char *const names[] = {"answered", "timeout", "connection", "tls", "protocol", "too_large"};
  const Answer *answer = check_answer(L);
  if (answer->outcome == TRANSFER_NO_MEMORY) raise_no_memory(L);
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
  Exchange *exchange = exchange_check(L);
  const Buffer *body = &answer_of(L, exchange)->body;
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
** Checks the id that was read against that of the request at stack index 3, nil for any, and keeps that one where the answer has none: unset
** values come as "". Returns what is wrong, or NULL.
*/
static const char *check_id(lua_State *L, JobMembers *members) {
  int *id = &members->at[schema_index(&schema_job, "id")];
  const bool is_known = !lua_isnil(L, 3);
  const bool is_text = *id != 0 && lua_type(L, *id) == LUA_TSTRING;
  const bool is_unset = *id == 0 || (is_text && lua_rawlen(L, *id) == 0);
  if (!is_known) return is_unset || !is_text ? "the answer holds a job without an id" : NULL;
  if (is_unset) *id = 3;
  return lua_rawequal(L, *id, 3) ? NULL : "the answer is about another job";
}

/*
** exchange:job(job): reads the body as `{job, templateInfo}` into `job`, whole or not at all, or into a new table when that is
** nil, and returns it. Else nil, a kind of error and a message; no message where the answer itself says what is wrong.
*/
static int exchange_job(lua_State *L) {
  Exchange *exchange = exchange_check(L);
  const Buffer *body = &answer_of(L, exchange)->body;
  JobMembers members;
  lua_settop(L, 2);
  lua_getiuservalue(L, 1, EXCHANGE_ID);
  exchange->is_read = true; /* as in exchange_value */
  const JobAnswer answer = marshal_read_job(L, buffer_text(body), body->length, &members);
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
  const char *problem = check_id(L, &members);
  if (problem != NULL) return refuse_answer(L, "unexpected", problem);
  if (lua_isnil(L, 2)) {
    lua_createtable(L, 0, (int)schema_job.count);
    lua_replace(L, 2);
  }
  luaL_checktype(L, 2, LUA_TTABLE);
  refresh(L, 2, &schema_job, &members);
  lua_settop(L, 2);
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
  const Exchange *exchange = exchange_check(L);
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

const luaL_Reg answer_methods[] = {
  {"outcome", exchange_outcome},         {"value", exchange_value},     {"job", exchange_job}, {"body", exchange_body},
  {"retry_after", exchange_retry_after}, {"headers", exchange_headers}, {NULL, NULL},
};
