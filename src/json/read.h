/*
** read.h: turns JSON text into tokens, strictly by RFC 8259.
**
** The caller reads a value; if it is an array or object, it reads the items or members up to the
** end.
*/
#ifndef BYTENITE_JSON_READ_H
#define BYTENITE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

enum { JSON_MAX_LEVELS = 128 }; /* of nested arrays and objects */

typedef enum JsonType { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonType;

typedef struct JsonToken {
  const char *start; /* the first byte of the value, or of a string's content */
  size_t length;     /* bytes of the value, or of a string's content; 1 for an array or object, which is then open */
  JsonType type;
  bool is_plain; /* a string without escapes; a number without fraction and exponent */
} JsonToken;

typedef struct JsonProblem {
  const char *message; /* what is wrong */
  size_t offset;       /* where, in bytes from the start of the text */
} JsonProblem;

typedef struct JsonReader {
  const char *text;
  const char *at; /* the next byte to be read */
  const char *end;
  size_t levels;       /* of open arrays and objects */
  JsonProblem problem; /* valid after a function below has returned false */
} JsonReader;

/* Starts reading a text, which must end in a NUL. */
void json_begin(JsonReader *reader, const char *text, size_t length);

/* All functions that return bool return false if the text is not JSON. */

/* Reads a value, or only the opening bracket of an array or object. */
bool json_value(JsonReader *reader, JsonToken *token);

/* After an array's opening bracket: finds out if an item follows. If not, closes the array. */
bool json_first_item(JsonReader *reader, bool *has_item);

/* After an item: finds out if another one follows. If not, closes the array. */
bool json_next_item(JsonReader *reader, bool *has_item);

/*
** After an object's opening bracket: reads the name of its first member. If it has none, closes the
** object.
*/
bool json_first_member(JsonReader *reader, bool *has_member, JsonToken *name);

/* After a member: reads the name of the next one. If there is none, closes the object. */
bool json_next_member(JsonReader *reader, bool *has_member, JsonToken *name);

/* Checks that only white space follows the value. */
bool json_finish(JsonReader *reader);

/* Sets the problem and returns false. */
bool json_fail(JsonReader *reader, const char *at, const char *message);

/*
** Skips the next value and returns true if its text equals that of an array or object that was read
** before. Otherwise returns false and skips nothing.
*/
bool json_skip_same(JsonReader *reader, const char *start, size_t length);

/*
** Resolves the escapes of a string token's text. Writes at most `length` bytes to `out` and returns
** their number.
*/
size_t json_unescape(const char *text, size_t length, char *out);

#pragma GCC visibility pop

#endif
