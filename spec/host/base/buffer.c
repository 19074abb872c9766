/*
** Tests of src/base/buffer.c.
*/
#include "base/buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static void starts_empty(void) {
  Buffer buffer = {0};
  CHECK_TEXT("", buffer_text(&buffer));
  CHECK(buffer.data == NULL);
  buffer_free(&buffer);
}

static void grows(void) {
  Buffer buffer = {0};
  for (int i = 0; i < 10000; i++) {
    CHECK(buffer_append(&buffer, "abc", 3));
    if (!CHECK_NUMBER('\0', buffer.data[buffer.length])) break;
  }
  CHECK_NUMBER(30000, buffer.length);
  CHECK_NUMBER(0, strncmp(buffer.data + 29997, "abc", 4));
  CHECK(buffer.capacity > buffer.length && buffer.capacity <= 4 * buffer.length);
  buffer_free(&buffer);
}

/* Filling all bytes but that of the NUL must make the buffer grow. */
static void ends_in_a_nul_at_every_length(void) {
  Buffer buffer = {0};
  for (size_t length = 1; length <= 600; length++) {
    CHECK(buffer_append_byte(&buffer, 'x'));
    CHECK_NUMBER(length, buffer.length);
    CHECK(buffer.capacity >= length + 1);
    if (!CHECK_NUMBER(length, strlen(buffer.data))) break;
  }
  buffer_free(&buffer);
}

static void reserves_exactly(void) {
  Buffer buffer = {0};
  CHECK(buffer_reserve(&buffer, 255));
  CHECK_NUMBER(256, buffer.capacity);
  CHECK(buffer_reserve(&buffer, 256));
  CHECK_NUMBER(512, buffer.capacity);
  buffer_free(&buffer);
}

static void keeps_its_memory_where_it_has_room(void) {
  Buffer buffer = {0};
  CHECK(buffer_reserve(&buffer, 100));
  const char *data = buffer.data;
  CHECK(buffer_append_text(&buffer, "a text"));
  CHECK(buffer.data == data);
  CHECK_TEXT("a text", buffer.data);
  buffer_free(&buffer);
}

static void takes_no_bytes(void) {
  Buffer buffer = {0};
  CHECK(buffer_append(&buffer, NULL, 0));
  CHECK_NUMBER(0, buffer.length);
  CHECK_TEXT("", buffer.data);
  buffer_free(&buffer);
}

static void refuses_more_than_there_can_be(void) {
  Buffer buffer = {0};
  CHECK(buffer_append_text(&buffer, "kept"));
  CHECK(!buffer_reserve(&buffer, SIZE_MAX));
  CHECK(!buffer_reserve(&buffer, SIZE_MAX / 2));
  CHECK(!buffer_reserve(&buffer, SIZE_MAX / 2 - 4));
  CHECK_TEXT("kept", buffer.data);
  CHECK_NUMBER(4, buffer.length);
  buffer_free(&buffer);
}

static void resets_and_keeps_up_to_a_size(void) {
  Buffer buffer = {0};
  CHECK(buffer_append_text(&buffer, "a text"));
  const char *data = buffer.data;
  buffer_reset(&buffer, 256); /* exactly its capacity */
  CHECK(buffer.data == data);
  CHECK_NUMBER(0, buffer.length);
  CHECK_TEXT("", buffer.data);
  buffer_reset(&buffer, 255);
  CHECK(buffer.data == NULL);
  CHECK_NUMBER(0, buffer.capacity);
  buffer_reset(&buffer, 0); /* a buffer without memory */
}

static void serves_again_after_it_was_freed(void) {
  Buffer buffer = {0};
  CHECK(buffer_append_text(&buffer, "one"));
  buffer_free(&buffer);
  CHECK_NUMBER(0, buffer.length);
  CHECK(buffer_append_text(&buffer, "two"));
  CHECK_TEXT("two", buffer.data);
  buffer_free(&buffer);
  buffer_free(&buffer);
}

UNIT(buffer_unit, "base/buffer", {"is an empty text at first", starts_empty},
     {"keeps its content when it grows, and grows by doubling", grows},
     {"ends in a NUL at every length", ends_in_a_nul_at_every_length},
     {"reserves the requested bytes and a NUL", reserves_exactly},
     {"does not move while it has room", keeps_its_memory_where_it_has_room},
     {"appends zero bytes from a null pointer", takes_no_bytes},
     {"refuses more than memory can hold and stays unchanged", refuses_more_than_there_can_be},
     {"keeps its memory when it is reset, up to a size", resets_and_keeps_up_to_a_size},
     {"can be used again after it was freed, and freed twice", serves_again_after_it_was_freed});
