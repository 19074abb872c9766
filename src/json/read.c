/*
** read.c: turns JSON text into tokens.
**
** Strings are checked (UTF-8, escapes, surrogate pairs) but not copied; numbers are checked but not
** converted. The functions take the position where they start and return the position after what
** they have read; NULL if the text is not JSON. They need not check for the end of the text,
** because its NUL is part of no token.
*/
#include "json/read.h"

#include <stdint.h>
#include <string.h>

#include "json/number.h"
#include "json/text.h"
#include "json/utf8.h"

bool json_fail(JsonReader *reader, const char *at, const char *message) {
  reader->problem = (JsonProblem){message, (size_t)(at - reader->text)};
  return false;
}

static const char *fail(JsonReader *reader, const char *at, const char *message) {
  json_fail(reader, at, at == reader->end ? "the text ends early" : message);
  return NULL;
}

static inline const char *skip_space(const char *at) {
  if ((unsigned char)*at > ' ') return at; /* the usual case */
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
    at++;
  return at;
}

static bool hex_digits(const char *at, const char *end, uint32_t *value) {
  if (end - at < 4) return false;
  *value = 0;
  for (int i = 0; i < 4; i++) {
    const char c = at[i];
    uint32_t digit;
    if (c >= '0' && c <= '9')
      digit = (uint32_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
      digit = (uint32_t)(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      digit = (uint32_t)(c - 'A' + 10);
    else
      return false;
    *value = *value * 16 + digit;
  }
  return true;
}

static bool is_high_surrogate(uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Checks an escape. */
static const char *skip_escape(JsonReader *reader, const char *backslash) {
  const char *at = backslash + 1;
  if (at == reader->end) return fail(reader, at, "");
  if (*at != 'u') {
    if (*at != '\0' && strchr("\"\\/bfnrt", *at) != NULL) return at + 1;
    return fail(reader, backslash, "an unknown escape in a string");
  }
  uint32_t unit;
  if (!hex_digits(at + 1, reader->end, &unit)) return fail(reader, backslash, "\\u without four hexadecimal digits");
  at += 5;
  if (is_low_surrogate(unit)) return fail(reader, backslash, "a lone surrogate in a string");
  if (!is_high_surrogate(unit)) return at;
  uint32_t low;
  if (reader->end - at < 6 || at[0] != '\\' || at[1] != 'u' || !hex_digits(at + 2, reader->end, &low) ||
      !is_low_surrogate(low))
    return fail(reader, backslash, "a lone surrogate in a string");
  return at + 6;
}

/* Checks an escape or a sequence of UTF-8 in a string. */
static const char *skip_special(JsonReader *reader, const char *at) {
  if (at == reader->end) return fail(reader, at, "");
  if (*at == '\\') return skip_escape(reader, at);
  const size_t length = utf8_sequence(at, (size_t)(reader->end - at));
  if (length == 0) return fail(reader, at, "invalid UTF-8 in a string");
  if (length == 1) return fail(reader, at, "a raw control character in a string");
  return at + length;
}

static inline const char *read_string(JsonReader *reader, const char *quote, JsonToken *token) {
  const char *at = quote + 1;
  token->start = at;
  token->type = JSON_STRING;
  token->is_plain = true;
  for (;;) {
    at += json_plain_run(at, (size_t)(reader->end - at));
    if (*at == '"') break;
    if (*at == '\\') token->is_plain = false;
    at = skip_special(reader, at);
    if (at == NULL) return NULL;
  }
  token->length = (size_t)(at - token->start);
  return at + 1;
}

static inline const char *take(JsonToken *token, const char *at, size_t length, JsonType type) {
  token->start = at;
  token->length = length;
  token->type = type;
  return at + length;
}

static inline const char *read_word(JsonReader *reader, const char *at, const char *word, JsonToken *token,
                                    JsonType type) {
  const size_t length = strlen(word);
  if ((size_t)(reader->end - at) < length || memcmp(at, word, length) != 0) return fail(reader, at, "expected a value");
  return take(token, at, length, type);
}

static const char *read_number(JsonReader *reader, const char *at, JsonToken *token) {
  const char *end = json_number_end(at, &token->is_plain);
  if (end == NULL) return fail(reader, at, "a malformed number");
  return take(token, at, (size_t)(end - at), JSON_NUMBER);
}

static const char *open_container(JsonReader *reader, const char *at, JsonToken *token) {
  if (reader->levels == JSON_MAX_LEVELS) return fail(reader, at, "nested over 128 levels");
  reader->levels++;
  return take(token, at, 1, *at == '{' ? JSON_OBJECT : JSON_ARRAY);
}

static inline const char *read_value(JsonReader *reader, const char *at, JsonToken *token) {
  switch (*at) {
    case '"': return read_string(reader, at, token);
    case '{':
    case '[': return open_container(reader, at, token);
    case 'n': return read_word(reader, at, "null", token, JSON_NULL);
    case 't': return read_word(reader, at, "true", token, JSON_TRUE);
    case 'f': return read_word(reader, at, "false", token, JSON_FALSE);
    default: break;
  }
  if (*at == '-' || (*at >= '0' && *at <= '9')) return read_number(reader, at, token);
  return fail(reader, at, "expected a value");
}

void json_begin(JsonReader *reader, const char *text, size_t length) {
  *reader = (JsonReader){.text = text, .at = text, .end = text + length};
}

/* Moves the reader to a position unless it is NULL. */
static inline bool move(JsonReader *reader, const char *at) {
  if (at != NULL) reader->at = at;
  return at != NULL;
}

bool json_value(JsonReader *reader, JsonToken *token) {
  return move(reader, read_value(reader, skip_space(reader->at), token));
}

static inline const char *close_container(JsonReader *reader, const char *at) {
  reader->levels--;
  return at + 1;
}

bool json_first_item(JsonReader *reader, bool *has_item) {
  const char *at = skip_space(reader->at);
  *has_item = *at != ']';
  return move(reader, *has_item ? at : close_container(reader, at));
}

/* After an item or member: reads the comma, or the bracket that closes the array or object. */
static inline const char *read_comma(JsonReader *reader, char bracket, bool *has_more) {
  const char *at = skip_space(reader->at);
  *has_more = *at == ',';
  if (*has_more) return at + 1;
  if (*at == bracket) return close_container(reader, at);
  return fail(reader, at, "expected a comma or the end of the array or object");
}

bool json_next_item(JsonReader *reader, bool *has_item) {
  return move(reader, read_comma(reader, ']', has_item));
}

/* Reads a member's name and the colon. */
static inline const char *read_name(JsonReader *reader, const char *at, JsonToken *name) {
  at = skip_space(at);
  if (*at != '"') return fail(reader, at, "expected a member's name in quotes");
  at = read_string(reader, at, name);
  if (at == NULL) return NULL;
  at = skip_space(at);
  return *at == ':' ? at + 1 : fail(reader, at, "expected a colon");
}

bool json_first_member(JsonReader *reader, bool *has_member, JsonToken *name) {
  const char *at = skip_space(reader->at);
  *has_member = *at != '}';
  return move(reader, *has_member ? read_name(reader, at, name) : close_container(reader, at));
}

bool json_next_member(JsonReader *reader, bool *has_member, JsonToken *name) {
  const char *at = read_comma(reader, '}', has_member);
  if (at != NULL && *has_member) at = read_name(reader, at, name);
  return move(reader, at);
}

bool json_finish(JsonReader *reader) {
  const char *at = skip_space(reader->at);
  return at == reader->end || json_fail(reader, at, "more text after the value");
}

bool json_skip_same(JsonReader *reader, const char *start, size_t length) {
  const char *at = skip_space(reader->at);
  if ((size_t)(reader->end - at) < length || memcmp(at, start, length) != 0) return false;
  reader->at = at + length;
  return true;
}

static const char *unescape_one(const char *at, char **out) {
  static const char letters[] = "bfnrt";
  static const char meanings[] = "\b\f\n\r\t";
  if (*at != 'u') {
    const char *letter = strchr(letters, *at);
    *(*out)++ = letter != NULL ? meanings[letter - letters] : *at;
    return at + 1;
  }
  uint32_t code_point = 0;
  hex_digits(at + 1, at + 5, &code_point);
  at += 5;
  if (is_high_surrogate(code_point)) {
    uint32_t low = 0;
    hex_digits(at + 2, at + 6, &low);
    code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
    at += 6;
  }
  *out += utf8_encode(code_point, *out);
  return at;
}

size_t json_unescape(const char *text, size_t length, char *out) {
  const char *at = text;
  const char *end = text + length;
  char *to = out;
  while (at < end) {
    const char *escape = memchr(at, '\\', (size_t)(end - at));
    const size_t run = (size_t)((escape != NULL ? escape : end) - at);
    memcpy(to, at, run);
    to += run;
    at += run;
    if (escape != NULL) at = unescape_one(escape + 1, &to);
  }
  return (size_t)(to - out);
}
