/*
** read.c: any text -> values -> text -> values.
**
** Input: a byte that chooses a schema, then the text. Whatever the text is, reading it neither crashes nor reads beyond its end;
** and when it is accepted and its value can be written, what is written reads back as the same value.
*/
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "marshal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads a copy that ends where the text ends, so that a byte read beyond shows. */
static bool read_text(lua_State *L, const void *text, size_t length, const Schema *schema) {
  char *copy = malloc(length + 1);
  if (copy == NULL) abort();
  memcpy(copy, text, length);
  copy[length] = '\0';
  const bool accepted = marshal_read(L, copy, length, schema);
  free(copy);
  host_require(lua_gettop(L) > 0, "reading leaves a value or a message");
  return accepted;
}

/* How many lists or objects a JSON text holds, by their opening brackets. */
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

static bool has_same_containers(const uint8_t *read, size_t read_length, const Buffer *written) {
  const char *text = (const char *)read;
  return count_opening(text, read_length, '[') == count_opening(written->data, written->length, '[') &&
         count_opening(text, read_length, '{') == count_opening(written->data, written->length, '{');
}

/* The value is on the top. Only a value that the writer takes is judged: it is stricter, about depth and about types. */
static void check_round_trip(lua_State *L, const Schema *schema, const uint8_t *read, size_t read_length) {
  Buffer text = {0};
  const int value = lua_gettop(L);
  if (marshal_write(L, value, schema, &text)) {
    host_require(lua_gettop(L) == value, "writing leaves the stack as it was");
    host_require(has_same_containers(read, read_length, &text), "lists stay lists and objects stay objects");
    host_require(read_text(L, text.data, text.length, schema), "what was written can be read");
    host_require(host_is_same(L, value, -1), "what was written reads back as the same value");
  } else {
    host_require(lua_gettop(L) == value + 1 && lua_isstring(L, -1), "a refusal is one message");
  }
  buffer_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  lua_State *L = host_state();
  const Schema *schema = host_schema(data[0]);
  if (read_text(L, data + 1, size - 1, schema))
    check_round_trip(L, schema, data + 1, size - 1);
  else
    host_require(lua_gettop(L) == 1 && lua_isstring(L, 1), "a text that is no JSON gives one message");
  host_finish(L);
  return 0;
}
