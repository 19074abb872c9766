/*
** read.c: any text -> values -> text -> values; and any text -> a job.
**
** Input: a byte that selects a schema or the reading of a job, then the text. Reading any text must
** neither crash nor read beyond its end. If the value can be written, the result must read back as
** the same value.
*/
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "binding/job_refresh.h"
#include "binding/marshal.h"
#include "host.h"

enum { READS_JOB = 240 }; /* from this choice on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns a copy that ends where the text ends, so that reading beyond it is detected. */
static char *copy_text(const void *text, size_t length) {
  char *copy = malloc(length + 1);
  if (copy == NULL) abort();
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

static bool read_text(lua_State *L, const void *text, size_t length, const Schema *schema) {
  char *copy = copy_text(text, length);
  const bool accepted = marshal_read(L, copy, length, schema);
  free(copy);
  host_require(lua_gettop(L) > 0, "reading leaves a value or a message");
  return accepted;
}

/* Returns the number of lists and objects in a JSON text, by their opening brackets. */
static size_t count_opening(const char *text, size_t length, char bracket) {
  size_t count = 0;
  bool in_string = false;
  for (size_t i = 0; i < length; i++) {
    if (in_string && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      in_string = !in_string;
    else if (!in_string && text[i] == bracket)
      count++;
  }
  return count;
}

/*
** Compares only the sum for a typed value: an empty object is written as an empty list if a list is
** declared.
*/
static bool has_same_containers(const uint8_t *read, size_t read_length, const Buffer *written, bool is_typed) {
  const char *text = (const char *)read;
  const size_t lists = count_opening(text, read_length, '[');
  const size_t objects = count_opening(text, read_length, '{');
  const size_t written_lists = count_opening(written->data, written->length, '[');
  const size_t written_objects = count_opening(written->data, written->length, '{');
  return lists + objects == written_lists + written_objects && (is_typed || lists == written_lists);
}

/*
** Checks the value on the top. Ignores values that the writer refuses: it is stricter about depth
** and types.
*/
static void check_round_trip(lua_State *L, const Schema *schema, const uint8_t *read, size_t read_length) {
  Buffer text = {0};
  const int value = lua_gettop(L);
  const bool is_typed = schema != &schema_any;
  if (marshal_write(L, value, schema, 0, &text)) {
    host_require(lua_gettop(L) == value, "writing leaves the stack as it was");
    host_require(has_same_containers(read, read_length, &text, is_typed), "lists stay lists and objects stay objects");
    host_require(read_text(L, text.data, text.length, schema), "what was written can be read");
    host_require(is_typed ? host_is_same_typed(L, value, -1) : host_is_same(L, value, -1),
                 "what was written reads back as the same value");
  } else {
    host_require(lua_gettop(L) == value + 1 && lua_isstring(L, -1), "a refusal is one message");
  }
  buffer_free(&text);
}

/* Replaces the response on the top by its job, as a call without the short cut does. */
static void take_job(lua_State *L) {
  lua_getfield(L, -1, "job");
  if (lua_getfield(L, -1, "templateInfo") == LUA_TNIL) {
    lua_getfield(L, -3, "templateInfo");
    lua_setfield(L, -3, "templateInfo");
  }
  lua_pop(L, 1);
  lua_remove(L, -2);
}

/* Updates a new table and one with other members from the job. */
static void check_refresh(lua_State *L, const JobMembers *members) {
  lua_newtable(L);
  refresh(L, lua_gettop(L), members);
  host_require(host_is_same(L, 1, -1), "a job is read as what stands in the response");
  lua_newtable(L);
  lua_pushliteral(L, "old");
  lua_setfield(L, -2, "name");
  lua_pushboolean(L, 1);
  lua_rawseti(L, -2, 1);
  refresh(L, lua_gettop(L), members);
  host_require(host_is_same(L, 1, -1), "a refreshed job holds what stands in the response and nothing else");
}

/*
** The typed response is at index 1. Its templateInfo, which may have been taken out of the job,
** must be the one in the text: the same as if it is read within any value, written, and read by
** itself.
*/
static void check_template(lua_State *L, const uint8_t *text, size_t length) {
  const int top = lua_gettop(L);
  Buffer alone = {0};
  host_require(read_text(L, text, length, &schema_any), "a typed text is any text");
  if (lua_istable(L, -1) && lua_getfield(L, -1, "templateInfo") == LUA_TTABLE &&
      marshal_write(L, lua_gettop(L), &schema_any, 0, &alone)) {
    host_require(read_text(L, alone.data, alone.length, schema_find("JobTemplate")), "what was written can be read");
    lua_getfield(L, 1, "templateInfo");
    host_require(host_is_same(L, -2, -1), "the template is the one in the text");
  }
  buffer_free(&alone);
  lua_settop(L, top);
}

/*
** The short cut that reads a job without a table for its response must have the same result as the
** general way.
*/
static void check_job(lua_State *L, const uint8_t *text, size_t length) {
  const bool accepted = read_text(L, text, length, &schema_job_response);
  char *copy = copy_text(text, length);
  JobMembers members;
  const JobOutcome outcome = marshal_read_job(L, copy, length, &members);
  free(copy);
  host_require(accepted == (outcome != JOB_NOT_JSON), "both readers accept the same texts");
  if (accepted && lua_istable(L, 1)) check_template(L, text, length);
  if (outcome != JOB_READ) return;
  lua_pushvalue(L, 1);
  take_job(L);
  lua_replace(L, 1);
  check_refresh(L, &members);
}

static void check_text(lua_State *L, const Schema *schema, const uint8_t *text, size_t length) {
  if (read_text(L, text, length, schema))
    check_round_trip(L, schema, text, length);
  else
    host_require(lua_gettop(L) == 1 && lua_isstring(L, 1), "a text that is no JSON gives one message");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  lua_State *L = host_state();
  if (data[0] >= READS_JOB)
    check_job(L, data + 1, size - 1);
  else
    check_text(L, host_schema(data[0]), data + 1, size - 1);
  host_finish(L);
  return 0;
}
