/*
** json_read.h: JSON text -> tokens, strictly by RFC 8259. Includes no lua.h.
**
** Tokens stand in the order of the text. A container is followed by all that is inside it: an array by its values,
** an object by a string and a value for each member. What the tokens mean is for the caller to say.
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
  uint32_t start;  /* offset in the text: a string's first byte after the quote, else the value's first byte */
  uint32_t length; /* scalars: bytes of text (a string's without quotes); containers: tokens inside, at any depth */
  uint32_t count;  /* containers: values or members */
  uint32_t end;    /* containers: offset behind the closing bracket */
  uint8_t type;    /* a JsonType */
  bool plain;      /* a string without escapes; a number without fraction and exponent */
} JsonToken;

typedef struct JsonTokens {
  JsonToken *items; /* freed by json_tokens_free */
  size_t count;
  size_t capacity;
  size_t depth; /* of the containers in one another */
} JsonTokens;

typedef struct JsonProblem {
  const char *message; /* what is wrong; NULL when memory ran out */
  size_t offset;       /* where, in bytes from the start of the text */
} JsonProblem;

typedef struct JsonNumber {
  bool is_integer;
  int64_t integer; /* where is_integer */
  double real;     /* elsewhere */
} JsonNumber;

/* To be called once in a process before anything else here, by one thread; false when memory ran out. */
bool json_read_init(void);

/*
** Reads `length` bytes of `text`, behind which a NUL must stand, and leaves its tokens in `tokens` (emptied first);
** false with `problem` filled when the text is not JSON.
*/
bool json_read(JsonTokens *tokens, const char *text, size_t length, JsonProblem *problem);

/*
** The value of a number's text as the grammar of JSON has it: an integer when written without fraction and exponent
** (`plain`) and within int64, else the nearest double; false when it is beyond the range of a double. Whatever the host's locale is.
*/
bool json_number(const char *text, size_t length, bool plain, JsonNumber *number);

/* True when the text, all of it, is a number by JSON's grammar; *plain tells whether it has neither fraction nor exponent. */
bool json_is_number(const char *text, size_t length, bool *plain);

/* Writes a string token's text with its escapes resolved to `out` (at most `length` bytes); returns the bytes written. */
size_t json_unescape(const char *text, size_t length, char *out);

void json_tokens_free(JsonTokens *tokens);

#pragma GCC visibility pop

#endif
