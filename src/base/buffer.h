/*
** buffer.h: a growing array of bytes. Its owner, a userdata with __gc, must free it.
*/
#ifndef BYTENITE_BUFFER_H
#define BYTENITE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef struct Buffer {
  char *data; /* NULL if nothing was ever added; otherwise a NUL follows the last byte */
  size_t length;
  size_t capacity; /* bytes allocated, including the NUL */
} Buffer;

/*
** The functions that return bool return false if memory runs out, and leave the content unchanged.
*/

/* Makes room for `more` bytes and a NUL. */
bool buffer_reserve(Buffer *buffer, size_t more);

bool buffer_append(Buffer *buffer, const void *bytes, size_t count);

static inline bool buffer_append_byte(Buffer *buffer, char byte) {
  if (buffer->capacity - buffer->length < 2 && !buffer_reserve(buffer, 1)) return false;
  buffer->data[buffer->length++] = byte;
  buffer->data[buffer->length] = '\0';
  return true;
}

bool buffer_append_text(Buffer *buffer, const char *text);

/* Returns the content as a C string. */
static inline const char *buffer_text(const Buffer *buffer) {
  return buffer->data != NULL ? buffer->data : "";
}

/* Empties the buffer. Keeps its memory for the next use if that is at most `keep` bytes. */
void buffer_reset(Buffer *buffer, size_t keep);

/* Frees the memory. The buffer may be used again. */
void buffer_free(Buffer *buffer);

#pragma GCC visibility pop

#endif
