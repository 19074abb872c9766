/*
** mask_members.c: hides the values of JSON members with the names of secrets, also in JSON within
** JSON and in JSON that is cut.
**
** In a JSON text within a JSON string each quote follows a backslash; one level deeper it follows
** three. So the quote that ends a string follows as many backslashes as the quote that begins it,
** and a quote inside of the string follows more.
*/
#include <string.h>

#include "redact/mask.h"

enum { LONGEST_NAME = 256 };

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static size_t skip_spaces(const Masked *masked, size_t at) {
  while (at < masked->length && is_space(masked->text[at]))
    at++;
  return at;
}

/* Returns the kind of a name as JSON writes it. */
static NameKind kind_of(const char *text, size_t length) {
  UnescapedByte unescaped[LONGEST_NAME];
  char name[LONGEST_NAME];
  const size_t count = unescape_text(unescaped, text, length);
  for (size_t i = 0; i < count; i++)
    name[i] = (char)unescaped[i].byte;
  return name_kind(name, count);
}

/* Returns the number of backslashes at a position, and moves the position past them. */
static size_t skip_backslashes(const Masked *masked, size_t *at) {
  const size_t start = *at;
  while (*at < masked->length && masked->text[*at] == '\\')
    ++*at;
  return *at - start;
}

/*
** Returns the end of a string's content, from its start. Sets `next` to the position after the
** closing quote.
*/
static size_t string_end(const Masked *masked, size_t at, size_t backslashes, size_t *next) {
  while (at < masked->length) {
    const size_t run = skip_backslashes(masked, &at);
    if (at < masked->length && masked->text[at] == '"' && run % (2 * (backslashes + 1)) == backslashes) {
      *next = at + 1;
      return at - backslashes;
    }
    at++;
  }
  *next = masked->length;
  return masked->length;
}

static bool has_something(NameKind kind, const char *text, size_t length) {
  return length > 0 && (kind == NAME_HIDES_ALL || !secrets_is_number(text, length));
}

static void hide(Masked *masked, size_t from, size_t to, Mask mask) {
  memset(masked->mask + from, mask, to - from);
}

static Mask quoted(size_t backslashes) {
  return (Mask)(MASK_QUOTED + (backslashes < MASK_MOST_BACKSLASHES ? backslashes : MASK_MOST_BACKSLASHES));
}

static size_t number_end(const Masked *masked, size_t at) {
  while (at < masked->length && masked->text[at] != '\0' && strchr("0123456789+-.eE", masked->text[at]) != NULL)
    at++;
  return at;
}

/* Hides a table if it has something to hide. Returns the position after it. */
static size_t hide_table(Masked *masked, size_t start, size_t backslashes, NameKind kind) {
  size_t depth = 0, at = start;
  bool has_secret = false;
  while (at < masked->length) {
    const char c = masked->text[at];
    if (c == '\\' || c == '"') {
      size_t quote = at;
      if (skip_backslashes(masked, &quote) == backslashes && quote < masked->length && masked->text[quote] == '"') {
        const size_t content = quote + 1, end = string_end(masked, content, backslashes, &at);
        const size_t next = skip_spaces(masked, at);
        const bool is_name = next < masked->length && masked->text[next] == ':';
        has_secret = has_secret || (!is_name && has_something(kind, masked->text + content, end - content));
        continue;
      }
      if (quote == masked->length || masked->text[quote] == '"') break; /* the end of the text that the table is in */
      at = quote + 1;
      continue;
    }
    if (c >= '0' && c <= '9' && kind == NAME_HIDES_ALL) has_secret = true;
    at++;
    if (c == '{' || c == '[') depth++;
    if ((c == '}' || c == ']') && --depth == 0) break;
  }
  if (has_secret) hide(masked, start, at, quoted(backslashes));
  return at;
}

/* Hides the value at a position. Returns the position after it. */
static size_t hide_value(Masked *masked, size_t at, size_t backslashes, NameKind kind) {
  if (at == masked->length) return at;
  const char c = masked->text[at];
  if (c == '{' || c == '[') return hide_table(masked, at, backslashes, kind);
  if (c == '-' || (c >= '0' && c <= '9')) {
    const size_t end = number_end(masked, at);
    if (kind == NAME_HIDES_ALL) hide(masked, at, end, quoted(backslashes));
    return end;
  }
  size_t next, quote = at;
  if (skip_backslashes(masked, &quote) != backslashes) return at;
  if (quote == masked->length || masked->text[quote] != '"') return at;
  const size_t end = string_end(masked, quote + 1, backslashes, &next);
  if (has_something(kind, masked->text + quote + 1, end - quote - 1)) hide(masked, quote + 1, end, MASK_HIDDEN);
  return next;
}

/*
** Hides the value after a name if the quote starts the name of a secret. Returns where to continue.
*/
static size_t look_at_quote(Masked *masked, size_t quote, size_t backslashes) {
  const size_t name = quote + 1;
  const size_t left = masked->length - name;
  const char *closing = memchr(masked->text + name, '"', left < LONGEST_NAME ? left : LONGEST_NAME);
  if (closing == NULL) return name;
  size_t end = (size_t)(closing - masked->text);
  const size_t next = skip_spaces(masked, end + 1);
  while (end > name && masked->text[end - 1] == '\\')
    end--;
  if (next == masked->length || masked->text[next] != ':') return end;
  const NameKind kind = kind_of(masked->text + name, end - name);
  if (kind == NAME_ORDINARY) return end;
  return hide_value(masked, skip_spaces(masked, next + 1), backslashes, kind);
}

void mask_members(Masked *masked) {
  for (size_t at = 0; at < masked->length;) {
    const size_t backslashes = skip_backslashes(masked, &at);
    if (at == masked->length) return;
    at = masked->text[at] == '"' ? look_at_quote(masked, at, backslashes) : at + 1;
  }
}
