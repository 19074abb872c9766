/*
** read.h: JSON text -> one token after the other, strictly by RFC 8259. Includes no lua.h.
**
** Who reads asks for what is due: a value; when that is an array or object, its items or members, until there are no more. What the
** tokens mean is for the caller to say.
*/
#ifndef BYTENITE_JSON_READ_H
#define BYTENITE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

enum { JSON_MAX_READ_DEPTH = 128 }; /* containers in one another */

typedef enum JsonType { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT } JsonType;

typedef struct JsonToken {
  const char *start; /* a string's first byte after the quote, else the value's first byte */
  size_t length;     /* of a scalar's text, a string's without quotes; 1 for a container, which is then open */
  JsonType type;
  bool plain; /* a string without escapes; a number without fraction and exponent */
} JsonToken;

typedef struct JsonProblem {
  const char *message; /* what is wrong */
  size_t offset;       /* where, in bytes from the start of the text */
} JsonProblem;

/* A text that is being read. */
typedef struct JsonReader {
  const char *text;
  const char *at; /* how far it has been read */
  const char *end;
  size_t depth; /* containers that are open */
  JsonProblem problem;
} JsonReader;

typedef struct JsonNumber {
  bool is_integer;
  int64_t integer; /* where is_integer */
  double real;     /* elsewhere */
} JsonNumber;

/* To be called once in a process before anything else here, by one thread; false when memory ran out. */
bool json_read_init(void);

/* Begins with `length` bytes of `text`, behind which a NUL must stand. */
void json_begin(JsonReader *reader, const char *text, size_t length);

/* All functions that read return false, with `problem` filled, when the text is not JSON. */

/* Reads a value; of an array or object only the bracket that opens it. */
bool json_value(JsonReader *reader, JsonToken *token);

/* Behind an array's opening bracket: whether it has an item, which is due then; else it is closed. */
bool json_first_item(JsonReader *reader, bool *has_item);

/* The same behind an item. */
bool json_next_item(JsonReader *reader, bool *has_item);

/* Behind an object's opening bracket: reads the name of its first member, whose value is due then; else it is closed. */
bool json_first_member(JsonReader *reader, bool *has_member, JsonToken *name);

/* The same behind a member. */
bool json_next_member(JsonReader *reader, bool *has_member, JsonToken *name);

/* Checks that nothing follows the value. */
bool json_finish(JsonReader *reader);

/* Fills `problem`, and returns false. */
bool json_fail(JsonReader *reader, const char *at, const char *message);

/*
** Moves past a value that is due, if its text is that of a value read before, an array or object, which began at `start` and had `length`
** bytes; false where it is another.
*/
bool json_skip_same(JsonReader *reader, const char *start, size_t length);

/*
** How many items or members the innermost container has from here on, about: the text is not checked, so that this is good for nothing but
** to make room.
*/
size_t json_count_rest(const JsonReader *reader);

/*
** The value of a number's text as the grammar of JSON has it: an integer when written without fraction and exponent
** (`plain`) and within int64, else the nearest double; false when it is beyond the range of a double. Whatever the host's locale is.
*/
bool json_number(const char *text, size_t length, bool plain, JsonNumber *number);

/* True when the text, all of it, is a number by JSON's grammar; *plain tells whether it has neither fraction nor exponent. */
bool json_is_number(const char *text, size_t length, bool *plain);

/* Writes a string token's text with its escapes resolved to `out` (at most `length` bytes); returns the bytes written. */
size_t json_unescape(const char *text, size_t length, char *out);

#pragma GCC visibility pop

#endif
