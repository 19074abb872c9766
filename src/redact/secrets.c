/*
** secrets.c: the known secrets of a call: values that were given, and values in a request, found by
** the names of members and in URLs.
*/
#include "redact/secrets.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

enum {
  LONG_VALUE = 16,     /* bytes; longer values in the query of a URL are secrets */
  LONGEST_COUNT = 15,  /* digits of a number that is a count rather than a token */
  SHORTEST_NUMBER = 6, /* digits; shorter numbers are too common */
};

typedef struct SecretHead {
  uint32_t length;
  bool may_be_encoded;
} SecretHead;

/* Returns true for common values, which are not secret even under the name of a secret. */
static bool is_common_word(const char *text, size_t length) {
  static const char *const words[] = {
    "true", "false", "null", "none", "default", "disabled", "enabled", "basic", "bearer", "optional", "required",
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == length && strncasecmp(words[i], text, length) == 0) return true;
  return false;
}

static bool add(Secrets *secrets, const char *text, size_t length, bool may_be_encoded) {
  if (length < SECRET_SHORTEST || length > UINT32_MAX) return true;
  const SecretHead head = {.length = (uint32_t)length, .may_be_encoded = may_be_encoded};
  if (!buffer_reserve(&secrets->bytes, sizeof head + length)) return false;
  return buffer_append(&secrets->bytes, &head, sizeof head) && buffer_append(&secrets->bytes, text, length);
}

bool secrets_add(Secrets *secrets, const char *text, size_t length) {
  return add(secrets, text, length, true);
}

bool secrets_next(const Secrets *secrets, size_t *position, Secret *secret) {
  if (*position >= secrets->bytes.length) return false;
  SecretHead head;
  memcpy(&head, secrets->bytes.data + *position, sizeof head);
  secret->text = secrets->bytes.data + *position + sizeof head;
  secret->length = head.length;
  secret->may_be_encoded = head.may_be_encoded;
  *position += sizeof head + head.length;
  return true;
}

bool secrets_is_number(const char *text, size_t length) {
  if (length > LONGEST_COUNT) return false;
  for (size_t i = 0; i < length; i++)
    if ((text[i] < '0' || text[i] > '9') && text[i] != '.' && text[i] != '-') return false;
  return true;
}

bool secrets_add_form(Secrets *secrets, const char *text, size_t length, bool is_signed) {
  for (size_t at = 0; at < length;) {
    size_t end = at;
    while (end < length && text[end] != '&' && text[end] != ';' && text[end] != '#')
      end++;
    const char *equals = memchr(text + at, '=', end - at);
    if (equals != NULL) {
      const size_t value = (size_t)(equals - text) + 1;
      const bool is_secret =
        name_kind(text + at, value - 1 - at) != NAME_ORDINARY || (is_signed && end - value >= LONG_VALUE);
      if (is_secret && !add(secrets, text + value, end - value, !is_signed)) return false;
    }
    at = end + 1;
  }
  return true;
}

static bool ends_address(char c) {
  return (unsigned char)c <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>';
}

/* Adds the user and password of an address, whose authority is `length` bytes long. */
static bool add_user(Secrets *secrets, const char *authority, size_t length) {
  while (length > 0 && authority[length - 1] != '@')
    length--;
  if (length-- == 0) return true;
  const char *colon = memchr(authority, ':', length);
  if (colon == NULL) return length < LONG_VALUE || add(secrets, authority, length, true);
  const size_t user = (size_t)(colon + 1 - authority);
  return add(secrets, authority, length, true) && add(secrets, colon + 1, length - user, true);
}

/* Adds the secrets of the URLs in a text: users, passwords, queries and long values in them. */
static bool add_urls(Secrets *secrets, const char *text, size_t length) {
  const char *const end = text + length;
  for (const char *at = text; at < end && (at = memchr(at, ':', (size_t)(end - at))) != NULL;) {
    size_t slashes = 0;
    for (at++; at < end && (*at == '/' || *at == '\\'); at++)
      slashes += *at == '/'; /* JSON may write "\/" */
    if (slashes < 2) continue;
    const char *stop = at;
    while (stop < end && *stop != '/' && *stop != '?' && *stop != '#' && !ends_address(*stop))
      stop++;
    if (!add_user(secrets, at, (size_t)(stop - at))) return false;
    while (stop < end && *stop != '?' && !ends_address(*stop))
      stop++;
    at = stop;
    if (stop == end || *stop != '?') continue;
    const char *query = stop + 1;
    while (stop < end && !ends_address(*stop))
      stop++;
    const size_t rest = (size_t)(stop - query);
    if (!add(secrets, query, rest, false) || !secrets_add_form(secrets, query, rest, true)) return false;
    at = stop;
  }
  return true;
}

bool secrets_add_value(Secrets *secrets, NameKind kind, const char *text, size_t length) {
  const bool is_count = kind == NAME_HIDES_TEXT && secrets_is_number(text, length);
  const bool is_secret = kind != NAME_ORDINARY && !is_count && !is_common_word(text, length);
  if (is_secret && !add(secrets, text, length, true)) return false;
  const char *space = is_secret ? memchr(text, ' ', length) : NULL; /* "Bearer ..." */
  if (space != NULL && space - text <= 8 && !add(secrets, space + 1, length - (size_t)(space + 1 - text), true))
    return false;
  return add_urls(secrets, text, length);
}

/* The state of reading a JSON text. */
typedef struct Reader {
  const char *text;
  size_t length, at;
  size_t depth;
  size_t hidden_depth; /* of the outermost table under the name of a secret; 0 outside of one */
  NameKind hidden;     /* what that name hides */
  NameKind named;      /* what the name hides whose value follows */
} Reader;

/* Skips a string from its opening quote. Returns the position of the closing quote. */
static size_t skip_string(Reader *reader) {
  size_t at = reader->at + 1;
  while (at < reader->length && reader->text[at] != '"')
    at += reader->text[at] == '\\' ? 2 : 1;
  if (at > reader->length) at = reader->length;
  reader->at = at + 1;
  return at;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static NameKind hidden_here(const Reader *reader) {
  return reader->named > reader->hidden ? reader->named : reader->hidden;
}

static bool read_string(Secrets *secrets, Reader *reader) {
  const size_t start = reader->at + 1, end = skip_string(reader);
  size_t next = reader->at;
  while (next < reader->length && is_space(reader->text[next]))
    next++;
  if (next < reader->length && reader->text[next] == ':') {
    reader->named = name_kind_cached(&secrets->names, reader->text + start, end - start);
    reader->at = next + 1;
    return true;
  }
  return secrets_add_value(secrets, hidden_here(reader), reader->text + start, end - start);
}

static bool read_number(Secrets *secrets, Reader *reader) {
  const size_t start = reader->at;
  while (reader->at < reader->length && strchr("0123456789.eE+-", reader->text[reader->at]) != NULL &&
         reader->text[reader->at] != '\0')
    reader->at++;
  const size_t length = reader->at - start;
  if (hidden_here(reader) != NAME_HIDES_ALL || length < SHORTEST_NUMBER) return true;
  return add(secrets, reader->text + start, length, true);
}

static void enter_table(Reader *reader) {
  reader->depth++;
  if (reader->named != NAME_ORDINARY && reader->hidden_depth == 0) {
    reader->hidden_depth = reader->depth;
    reader->hidden = reader->named;
  }
  reader->named = NAME_ORDINARY;
}

static void leave_table(Reader *reader) {
  if (reader->hidden_depth == reader->depth) {
    reader->hidden_depth = 0;
    reader->hidden = NAME_ORDINARY;
  }
  if (reader->depth > 0) reader->depth--;
  reader->named = NAME_ORDINARY;
}

bool secrets_add_json(Secrets *secrets, const char *text, size_t length) {
  Reader reader = {.text = text, .length = length};
  while (reader.at < length) {
    const char c = text[reader.at];
    if (c == '"') {
      if (!read_string(secrets, &reader)) return false;
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      if (!read_number(secrets, &reader)) return false;
    } else {
      if (c == '{' || c == '[') enter_table(&reader);
      if (c == '}' || c == ']') leave_table(&reader);
      if (c == ',') reader.named = NAME_ORDINARY;
      reader.at++;
    }
  }
  return true;
}
