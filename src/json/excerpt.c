/*
** excerpt.c: finds the service's own words in the body of an error.
*/
#include "json/excerpt.h"

#include <string.h>

#include "json/text.h"

typedef struct Range {
  const char *at;
  const char *end;
} Range;

static const char *skip_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
    at++;
  return at;
}

/* Returns the end of the string whose opening quote is at `at`; `end` if it is cut. */
static const char *string_end(const char *at, const char *end) {
  for (at++; at < end; at++) {
    at += json_plain_run(at, (size_t)(end - at));
    if (at == end) break;
    if (*at == '"') return at + 1;
    if (*at == '\\') at++;
  }
  return end;
}

/* Returns the end of the value at `at`; `end` if it is cut. */
static const char *value_end(const char *at, const char *end) {
  size_t levels = 0;
  while (at < end) {
    const char c = *at;
    if (levels == 0 && (c == ',' || c == '}' || c == ']')) break;
    if (c == '"') {
      at = string_end(at, end);
      continue;
    }
    levels += c == '{' || c == '[';
    levels -= c == '}' || c == ']';
    at++;
  }
  return at;
}

/* Returns the index of a name in a list; the index of the NULL at the end if it is missing. */
static size_t index_of(const Range *name, const char *const *names) {
  const size_t length = (size_t)(name->end - name->at);
  size_t index = 0;
  while (names[index] != NULL && (strlen(names[index]) != length || memcmp(names[index], name->at, length) != 0))
    index++;
  return index;
}

/*
** Reads a member: its name without the quotes, and its value. Returns the position after it; NULL
** if it is cut or is not a member.
*/
static const char *read_member(const char *at, const char *end, Range *name, Range *value) {
  at = skip_space(at, end);
  if (at == end || *at != '"') return NULL;
  name->at = at + 1;
  at = string_end(at, end);
  name->end = at - 1;
  at = skip_space(at, end);
  if (at == end || *at != ':') return NULL;
  value->at = skip_space(at + 1, end);
  value->end = value_end(value->at, end);
  return value->end < end && value->end > value->at ? value->end : NULL;
}

static bool append_range(Buffer *out, const Range *range) {
  return buffer_append(out, range->at, (size_t)(range->end - range->at));
}

static const char *const names_of_body[] = {"error", "code", "message", "requestId", NULL};
static const char *const names_of_error[] = {"code", "message", "description", NULL};

static bool append_members(Range object, const char *const *names, Buffer *out);

/* Appends a member. Selects members of an error, too: it may also have long details. */
static bool append_member(const Range *name, const Range *value, bool is_error, Buffer *out) {
  if (out->data[out->length - 1] != '{' && !buffer_append_byte(out, ',')) return false;
  if (!buffer_append_byte(out, '"') || !append_range(out, name) || !buffer_append_text(out, "\":")) return false;
  return is_error ? append_members(*value, names_of_error, out) : append_range(out, value);
}

/* Appends an object with the members of these names, each once. */
static bool append_members(Range object, const char *const *names, Buffer *out) {
  Range name, value;
  unsigned taken = 0; /* a bit for each name */
  if (!buffer_append_byte(out, '{')) return false;
  for (const char *at = object.at; at < object.end && (*at == '{' || *at == ',');) {
    at = read_member(at + 1, object.end, &name, &value);
    if (at == NULL) break;
    at = skip_space(at, object.end);
    const size_t index = index_of(&name, names);
    const bool is_error = *value.at == '{' && names == names_of_body && index == 0;
    const bool is_short = is_error || value.end - value.at <= EXCERPT_MAX_VALUE;
    if (names[index] == NULL || !is_short || (taken & 1u << index) != 0) continue;
    taken |= 1u << index;
    if (!append_member(&name, &value, is_error, out)) return false;
  }
  return buffer_append_byte(out, '}');
}

bool json_excerpt(const char *text, size_t length, Buffer *out) {
  const char *end = text + length;
  const Range body = {.at = skip_space(text, end), .end = end};
  if (body.at == end || *body.at != '{') return true;
  return append_members(body, names_of_body, out);
}
