/*
** json_read.c: JSON text -> tokens, strictly by RFC 8259.
**
** One pass without recursion: the containers still open are kept in a small array, innermost last. Strings are checked
** (UTF-8, escapes, surrogate pairs) but not copied; numbers are checked against the grammar but not converted.
*/
/* newlocale and strtod_l are POSIX 2008 and an extension of it that glibc, musl, macOS and the BSDs have */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "json_read.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "json_text.h"
#include "utf8.h"

enum { FIRST_TOKENS = 256 };

typedef struct Reader {
  const char *text;
  const char *end;
  JsonTokens *tokens;
  size_t open[JSON_MAX_READ_DEPTH]; /* indices of the containers not yet closed */
  size_t depth;
  JsonProblem *problem;
} Reader;

static locale_t c_locale; /* set once, read ever after: numbers are read by its rules, not by the host's */

bool json_read_init(void) {
  if (c_locale == (locale_t)0) c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  return c_locale != (locale_t)0;
}

/*
** The functions that read take where to begin and return where they have come to: behind what they read, or NULL when it is
** not JSON. The place is passed on, and not kept in the reader, so that it stays in a register.
*/

static const char *fail_at(Reader *reader, const char *at, const char *message) {
  reader->problem->message = message;
  reader->problem->offset = (size_t)(at - reader->text);
  return NULL;
}

static const char *fail(Reader *reader, const char *at, const char *message) {
  return fail_at(reader, at, at == reader->end ? "the text ends early" : message);
}

static inline const char *skip_space(const char *at) {
  if ((unsigned char)*at > ' ') return at; /* services send none */
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')
    at++;
  return at;
}

static bool grow(JsonTokens *tokens) {
  const size_t capacity = tokens->capacity > 0 ? tokens->capacity * 2 : FIRST_TOKENS;
  JsonToken *items = realloc(tokens->items, capacity * sizeof *items);
  if (items == NULL) return false;
  tokens->items = items;
  tokens->capacity = capacity;
  return true;
}

/* Adds a token for the text from `start` to `behind`. */
static inline bool add_token(Reader *reader, JsonType type, const char *start, const char *behind, bool plain) {
  JsonTokens *tokens = reader->tokens;
  if (tokens->count == tokens->capacity && !grow(tokens)) return fail_at(reader, start, NULL) != NULL;
  JsonToken *token = &tokens->items[tokens->count++];
  token->start = (uint32_t)(start - reader->text);
  token->length = (uint32_t)(behind - start);
  token->type = (uint8_t)type;
  token->plain = plain;
  return true;
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

/* Checks an escape, which begins with the backslash at `at`. */
static const char *skip_escape(Reader *reader, const char *backslash) {
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

/* Checks what stands in a string and is no plain byte: an escape, or a sequence of UTF-8. */
static const char *skip_special(Reader *reader, const char *at) {
  if (at == reader->end) return fail(reader, at, "");
  if (*at == '\\') return skip_escape(reader, at);
  const size_t length = utf8_sequence(at, (size_t)(reader->end - at));
  if (length == 0) return fail(reader, at, "invalid UTF-8 in a string");
  if (length == 1) return fail(reader, at, "a raw control character in a string");
  return at + length;
}

/* Reads a string, whose opening quote is at `quote`. */
static inline const char *read_string(Reader *reader, const char *quote) {
  const char *start = quote + 1;
  const char *at = start;
  bool plain = true;
  for (;;) {
    at += json_plain_run(at, (size_t)(reader->end - at));
    if (*at == '"') break;
    plain = plain && *at != '\\';
    at = skip_special(reader, at);
    if (at == NULL) return NULL;
  }
  return add_token(reader, JSON_STRING, start, at, plain) ? at + 1 : NULL;
}

static const char *skip_digits(const char *at) {
  while (*at >= '0' && *at <= '9')
    at++;
  return at;
}

/* The end of the number that starts at `at`, or NULL when the grammar has none there. */
static const char *number_end(const char *at, bool *plain) {
  *plain = true;
  if (*at == '-') at++;
  if (*at == '0')
    at++;
  else if (*at >= '1' && *at <= '9')
    at = skip_digits(at);
  else
    return NULL;
  if (*at == '.') {
    const char *digits = at + 1;
    at = skip_digits(digits);
    if (at == digits) return NULL;
    *plain = false;
  }
  if (*at == 'e' || *at == 'E') {
    const char *digits = at + 1;
    if (*digits == '+' || *digits == '-') digits++;
    at = skip_digits(digits);
    if (at == digits) return NULL;
    *plain = false;
  }
  return at;
}

bool json_is_number(const char *text, size_t length, bool *plain) {
  return number_end(text, plain) == text + length;
}

static const char *read_word(Reader *reader, const char *at, const char *word, size_t length, JsonType type) {
  if ((size_t)(reader->end - at) < length || memcmp(at, word, length) != 0) return fail(reader, at, "expected a value");
  return add_token(reader, type, at, at + length, true) ? at + length : NULL;
}

static const char *read_number(Reader *reader, const char *at) {
  bool plain;
  const char *end = number_end(at, &plain);
  if (end == NULL) return fail(reader, at, "a malformed number");
  return add_token(reader, JSON_NUMBER, at, end, plain) ? end : NULL;
}

static inline const char *read_scalar(Reader *reader, const char *at) {
  switch (*at) {
    case '"': return read_string(reader, at);
    case 'n': return read_word(reader, at, "null", 4, JSON_NULL);
    case 't': return read_word(reader, at, "true", 4, JSON_TRUE);
    case 'f': return read_word(reader, at, "false", 5, JSON_FALSE);
    default: break;
  }
  if (*at == '-' || (*at >= '0' && *at <= '9')) return read_number(reader, at);
  return fail(reader, at, "expected a value");
}

static inline JsonToken *innermost(Reader *reader) {
  return &reader->tokens->items[reader->open[reader->depth - 1]];
}

/* A new value or member of the innermost container starts here: counts it, and reads a member's name and colon. */
static inline const char *start_element(Reader *reader, const char *at) {
  JsonToken *container = innermost(reader);
  container->count++;
  if (container->type == JSON_ARRAY) return at;
  at = skip_space(at);
  if (*at != '"') return fail(reader, at, "expected a member's name in quotes");
  at = read_string(reader, at);
  if (at == NULL) return NULL;
  at = skip_space(at);
  return *at == ':' ? at + 1 : fail(reader, at, "expected a colon");
}

static inline bool is_closing(Reader *reader, const char *at) {
  return *at == (innermost(reader)->type == JSON_OBJECT ? '}' : ']');
}

static inline const char *close_container(Reader *reader, const char *at) {
  JsonTokens *tokens = reader->tokens;
  const size_t index = reader->open[--reader->depth];
  JsonToken *container = &tokens->items[index];
  container->length = (uint32_t)(tokens->count - index - 1);
  container->end = (uint32_t)(at + 1 - reader->text);
  return at + 1;
}

/* After a value: closes what ends here and starts the element that follows, if any; else the depth is 0. */
static inline const char *finish_value(Reader *reader, const char *at) {
  while (at != NULL && reader->depth > 0) {
    at = skip_space(at);
    if (*at == ',') return start_element(reader, at + 1);
    if (!is_closing(reader, at)) return fail(reader, at, "expected a comma or the end of the array or object");
    at = close_container(reader, at);
  }
  return at;
}

/* Opens an array or object, and starts its first element, or closes it. */
static inline const char *open_container(Reader *reader, const char *at) {
  if (reader->depth == JSON_MAX_READ_DEPTH) return fail(reader, at, "nested over 128 levels");
  reader->open[reader->depth++] = reader->tokens->count;
  if (reader->depth > reader->tokens->depth) reader->tokens->depth = reader->depth;
  if (!add_token(reader, *at == '{' ? JSON_OBJECT : JSON_ARRAY, at, at, true)) return NULL;
  innermost(reader)->count = 0;
  at = skip_space(at + 1);
  if (!is_closing(reader, at)) return start_element(reader, at);
  return finish_value(reader, close_container(reader, at));
}

static bool read_document(Reader *reader) {
  const char *at = reader->text;
  do {
    at = skip_space(at);
    at = *at == '{' || *at == '[' ? open_container(reader, at) : finish_value(reader, read_scalar(reader, at));
  } while (at != NULL && reader->depth > 0);
  if (at == NULL) return false;
  at = skip_space(at);
  return at == reader->end || fail(reader, at, "more text after the value") != NULL;
}

bool json_read(JsonTokens *tokens, const char *text, size_t length, JsonProblem *problem) {
  tokens->count = tokens->depth = 0;
  if (length >= UINT32_MAX) { /* offsets have 32 bits */
    *problem = (JsonProblem){"a text of 4 GiB or more", 0};
    return false;
  }
  Reader reader;
  reader.text = text;
  reader.end = text + length;
  reader.tokens = tokens;
  reader.depth = 0; /* what is open needs no place in advance */
  reader.problem = problem;
  return read_document(&reader);
}

static bool integer_value(const char *text, size_t length, int64_t *integer) {
  const bool negative = text[0] == '-';
  const bool is_short = length <= 19; /* so few digits cannot be too large */
  uint64_t magnitude = 0;
  for (size_t i = negative; i < length; i++) {
    const uint64_t digit = (uint64_t)(text[i] - '0');
    if (!is_short && magnitude > (UINT64_MAX - digit) / 10) return false;
    magnitude = magnitude * 10 + digit;
  }
  if (magnitude > (uint64_t)INT64_MAX + (negative ? 1 : 0)) return false;
  /* negated before the cast, because the magnitude of the least integer has no positive counterpart */
  *integer = (int64_t)(negative ? 0 - magnitude : magnitude);
  return true;
}

/*
** A number of few digits needs no strtod: where the digits fit a double exactly, and so does the power of ten, one division or
** multiplication rounds correctly (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). False for all others.
*/
static bool simple_real(const char *text, size_t length, double *real) {
  static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  const bool negative = text[0] == '-';
  uint64_t digits = 0;
  size_t decimals = 0;
  bool in_fraction = false;
  if (FLT_EVAL_METHOD != 0) return false;                      /* intermediate results are rounded twice there */
  if (length > sizeof powers / sizeof powers[0]) return false; /* so at most 15 digits */
  for (size_t i = negative; i < length; i++) {
    if (text[i] == '.') {
      in_fraction = true;
    } else if (text[i] >= '0' && text[i] <= '9') {
      digits = digits * 10 + (uint64_t)(text[i] - '0');
      decimals += in_fraction;
    } else {
      return false; /* an exponent */
    }
  }
  *real = (double)digits / powers[decimals];
  if (negative) *real = -*real;
  return true;
}

bool json_number(const char *text, size_t length, bool plain, JsonNumber *number) {
  number->is_integer = plain && integer_value(text, length, &number->integer);
  if (number->is_integer) return true;
  if (simple_real(text, length, &number->real)) return true;
  number->real = strtod_l(text, NULL, c_locale);
  return !isinf(number->real);
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

void json_tokens_free(JsonTokens *tokens) {
  free(tokens->items);
  *tokens = (JsonTokens){0};
}
