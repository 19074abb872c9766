/*
** buffer.c: a growing array of bytes.
*/
#include "base/buffer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

bool buffer_reserve(Buffer *buffer, size_t more) {
  if (more >= SIZE_MAX / 2 - buffer->length) return false;
  const size_t needed = buffer->length + more + 1;
  if (needed <= buffer->capacity) return true;
  size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_CAPACITY;
  while (capacity < needed)
    capacity *= 2;
  char *data = realloc(buffer->data, capacity);
  if (data == NULL) return false;
  buffer->data = data;
  buffer->capacity = capacity;
  return true;
}

bool buffer_append(Buffer *buffer, const void *bytes, size_t count) {
  if (!buffer_reserve(buffer, count)) return false;
  if (count > 0) memcpy(buffer->data + buffer->length, bytes, count);
  buffer->length += count;
  buffer->data[buffer->length] = '\0';
  return true;
}

bool buffer_append_text(Buffer *buffer, const char *text) {
  return buffer_append(buffer, text, strlen(text));
}

void buffer_reset(Buffer *buffer, size_t keep) {
  if (buffer->capacity > keep) {
    buffer_free(buffer);
    return;
  }
  buffer->length = 0;
  if (buffer->data != NULL) buffer->data[0] = '\0';
}

void buffer_free(Buffer *buffer) {
  free(buffer->data);
  *buffer = (Buffer){0};
}
