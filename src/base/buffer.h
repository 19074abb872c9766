/*
** buffer.h: bytes that grow. Includes no lua.h: a buffer belongs to a box (a userdata with __gc) that frees it.
*/
#ifndef BYTENITE_BUFFER_H
#define BYTENITE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct Buffer {
  char *data; /* NULL while nothing was ever added; else a NUL stands after the last byte */
  size_t length;
  size_t capacity; /* bytes allocated, the NUL's included */
} Buffer;

/* Makes room for `more` further bytes and a NUL; false when memory runs out, the content then as it was. */
bool buffer_reserve(Buffer *buffer, size_t more);

/* Adds bytes at the end; false when memory runs out, the content then as it was. */
bool buffer_append(Buffer *buffer, const void *bytes, size_t count);

/* The same for one byte. */
static inline bool buffer_append_byte(Buffer *buffer, char byte) {
  if (buffer->capacity - buffer->length < 2 && !buffer_reserve(buffer, 1)) return false;
  buffer->data[buffer->length++] = byte;
  buffer->data[buffer->length] = '\0';
  return true;
}

/* The same for a C string. */
bool buffer_append_text(Buffer *buffer, const char *text);

/* The content as a C string, "" where nothing was ever added. */
static inline const char *buffer_text(const Buffer *buffer) {
  return buffer->data != NULL ? buffer->data : "";
}

/* Empties the buffer; keeps its memory for the next use when that is at most `keep` bytes. */
void buffer_reset(Buffer *buffer, size_t keep);

/* Gives the memory back; the buffer is then empty and may be used again. */
void buffer_free(Buffer *buffer);

#pragma GCC visibility pop

#endif
