/*
** Tests of src/json/read.c.
*/
#include "json/read.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"

/* Reads a value and everything in it. */
static bool skip_value(JsonReader *reader) {
  JsonToken token, name;
  bool has_more = false;
  if (!json_value(reader, &token)) return false;
  if (token.type == JSON_ARRAY) {
    if (!json_first_item(reader, &has_more)) return false;
    while (has_more)
      if (!skip_value(reader) || !json_next_item(reader, &has_more)) return false;
  } else if (token.type == JSON_OBJECT) {
    if (!json_first_member(reader, &has_more, &name)) return false;
    while (has_more)
      if (!skip_value(reader) || !json_next_member(reader, &has_more, &name)) return false;
  }
  return true;
}

/* Reads a text from a copy of its own, with the NUL that must follow it. */
static bool read_text(const char *text, size_t length, JsonProblem *problem) {
  char *copy = malloc(length + 1);
  memcpy(copy, text, length);
  copy[length] = '\0';
  JsonReader reader;
  json_begin(&reader, copy, length);
  const bool is_json = skip_value(&reader) && json_finish(&reader);
  *problem = reader.problem;
  CHECK(!is_json || reader.levels == 0);
  free(copy);
  return is_json;
}

static void accept(const char *text) {
  JsonProblem problem;
  if (!read_text(text, strlen(text), &problem)) CHECK_TEXT("JSON", text);
}

static void refuse(const char *text, size_t offset, const char *message) {
  JsonProblem problem = {"", 0};
  if (read_text(text, strlen(text), &problem)) CHECK_TEXT("not JSON", text);
  CHECK_TEXT(message, problem.message);
  CHECK_NUMBER(offset, problem.offset);
}

static void reads_values(void) {
  accept("null");
  accept(" true\n");
  accept("\tfalse\r");
  accept("-12.5e3");
  accept("\"\"");
  accept("[]");
  accept("{}");
  accept(" [ 1 , [ ] , { } , \"x\" ] ");
  accept("{\"a\":1,\"b\":{\"c\":[null]}}");
  accept("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00 \xC3\xA9 \xF0\x9F\x98\x80 \x7F\"");
}

static void refuses_values(void) {
  refuse("", 0, "the text ends early");
  refuse("nul", 0, "expected a value");
  refuse("nulL", 0, "expected a value");
  refuse("True", 0, "expected a value");
  refuse("'x'", 0, "expected a value");
  refuse("01", 1, "more text after the value");
  refuse("-", 0, "a malformed number");
  refuse("1 2", 2, "more text after the value");
  refuse("\v1", 0, "expected a value");
  refuse("[1", 2, "the text ends early");
  refuse("[1 2]", 3, "expected a comma or the end of the array or object");
  refuse("[1,]", 3, "expected a value");
  refuse("[1}", 2, "expected a comma or the end of the array or object");
  refuse("[,1]", 1, "expected a value");
  refuse("{", 1, "the text ends early");
  refuse("{1:2}", 1, "expected a member's name in quotes");
  refuse("{\"a\" 1}", 5, "expected a colon");
  refuse("{\"a\":1,}", 7, "expected a member's name in quotes");
  refuse("{\"a\":1]", 6, "expected a comma or the end of the array or object");
  refuse("{\"a\"", 4, "the text ends early");
}

static void refuses_strings(void) {
  refuse("\"", 1, "the text ends early");
  refuse("\"\\", 2, "the text ends early");
  refuse("\"\\x\"", 1, "an unknown escape in a string");
  refuse("\"\\u12g4\"", 1, "\\u without four hexadecimal digits");
  refuse("\"\\u123", 1, "\\u without four hexadecimal digits");
  refuse("\"\\uDC00\"", 1, "a lone surrogate in a string");
  refuse("\"\\uDBFF\"", 1, "a lone surrogate in a string");
  refuse("\"\\uD800\\n\"", 1, "a lone surrogate in a string");
  refuse("\"\\uD800\\uD800\"", 1, "a lone surrogate in a string");
  refuse("\"\\uD800\\uE000\"", 1, "a lone surrogate in a string");
  refuse("\"\\uD800xuDC00\"", 1, "a lone surrogate in a string");
  refuse("\"\x1F\"", 1, "a raw control character in a string");
  refuse("\"\xFF\"", 1, "invalid UTF-8 in a string");
  refuse("\"\xC3", 1, "invalid UTF-8 in a string");
  refuse("\"\xC3\"", 1, "invalid UTF-8 in a string");
}

static void tells_surrogates_at_their_bounds(void) {
  accept("\"\\uD7FF\\uE000\"");
  accept("\"\\uD800\\uDC00\"");
  accept("\"\\uDBFF\\uDFFF\"");
  accept("\"\\udbff\\udfff\"");
  accept("\"\\uABCD\\uabcd\\u0123\\u9999\"");
  refuse("\"\\u00:0\"", 1, "\\u without four hexadecimal digits");
  refuse("\"\\u00/0\"", 1, "\\u without four hexadecimal digits");
  refuse("\"\\u00@0\"", 1, "\\u without four hexadecimal digits");
  refuse("\"\\u00G0\"", 1, "\\u without four hexadecimal digits");
  refuse("\"\\u00`0\"", 1, "\\u without four hexadecimal digits");
}

static void takes_a_nul_for_no_end(void) {
  JsonProblem problem = {"", 0};
  CHECK(!read_text("1\0", 2, &problem));
  CHECK_TEXT("more text after the value", problem.message);
  CHECK(!read_text("\"\0\"", 3, &problem));
  CHECK_TEXT("a raw control character in a string", problem.message);
  CHECK(!read_text("\"\\\0\"", 4, &problem));
  CHECK_TEXT("an unknown escape in a string", problem.message);
  CHECK(!read_text("\0", 1, &problem));
  CHECK_TEXT("expected a value", problem.message);
}

static void limits_levels(void) {
  char text[2 * (JSON_MAX_LEVELS + 1)];
  JsonProblem problem = {"", 0};
  memset(text, '[', JSON_MAX_LEVELS);
  memset(text + JSON_MAX_LEVELS, ']', JSON_MAX_LEVELS);
  CHECK(read_text(text, 2 * JSON_MAX_LEVELS, &problem));
  memset(text, '[', JSON_MAX_LEVELS + 1);
  memset(text + JSON_MAX_LEVELS + 1, ']', JSON_MAX_LEVELS + 1);
  CHECK(!read_text(text, sizeof text, &problem));
  CHECK_TEXT("nested over 128 levels", problem.message);
  CHECK_NUMBER(JSON_MAX_LEVELS, problem.offset);
}

static void describes_tokens(void) {
  static const char text[] = " [\"ab\\n\", -1.5, 7 ]";
  JsonReader reader;
  JsonToken token;
  bool has_more;
  json_begin(&reader, text, strlen(text));
  CHECK(json_value(&reader, &token) && token.type == JSON_ARRAY && token.start == text + 1 && token.length == 1);
  CHECK_NUMBER(1, reader.levels);
  CHECK(json_first_item(&reader, &has_more) && has_more);
  CHECK(json_value(&reader, &token) && token.type == JSON_STRING && token.start == text + 3);
  CHECK_NUMBER(4, token.length);
  CHECK(!token.is_plain);
  CHECK(json_next_item(&reader, &has_more) && has_more);
  CHECK(json_value(&reader, &token) && token.type == JSON_NUMBER && !token.is_plain);
  CHECK_NUMBER(4, token.length);
  CHECK(json_next_item(&reader, &has_more) && json_value(&reader, &token) && token.is_plain);
  CHECK_NUMBER(1, token.length);
  CHECK(json_next_item(&reader, &has_more) && !has_more);
  CHECK_NUMBER(0, reader.levels);
  CHECK(json_finish(&reader));
}

static void skips_what_has_the_same_text(void) {
  static const char text[] = "[{\"a\":1}, {\"a\":1}, {\"a\":2}";
  JsonReader reader;
  JsonToken token;
  bool has_more;
  json_begin(&reader, text, strlen(text));
  CHECK(json_value(&reader, &token) && json_first_item(&reader, &has_more) && skip_value(&reader));
  CHECK(json_next_item(&reader, &has_more));
  CHECK(json_skip_same(&reader, text + 1, 7));
  CHECK(json_next_item(&reader, &has_more));
  CHECK(!json_skip_same(&reader, text + 1, 7));
  CHECK(reader.at == text + 18);
  CHECK(!json_skip_same(&reader, text + 1, 20)); /* longer than the rest */
  CHECK(json_value(&reader, &token));
}

static void expect_unescaped(const char *text, const char *expected) {
  char out[64];
  const size_t length = json_unescape(text, strlen(text), out);
  CHECK(length <= strlen(text));
  out[length] = '\0';
  CHECK_TEXT(expected, out);
}

static void resolves_escapes(void) {
  expect_unescaped("", "");
  expect_unescaped("plain", "plain");
  expect_unescaped("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t");
  expect_unescaped("a\\u0041b", "aAb");
  expect_unescaped("\\u00e9\\u20AC", "\xC3\xA9\xE2\x82\xAC");
  expect_unescaped("x\\ud83d\\ude00y", "x\xF0\x9F\x98\x80y");
  expect_unescaped("\\uD800\\uDC00", "\xF0\x90\x80\x80");
  expect_unescaped("\\uDBFF\\uDFFF", "\xF4\x8F\xBF\xBF");
}

UNIT(read_unit, "json/read", {"reads every kind of value", reads_values},
     {"refuses what is not JSON, and says where and why", refuses_values},
     {"refuses malformed strings", refuses_strings},
     {"recognises surrogates and digits up to their bounds", tells_surrogates_at_their_bounds},
     {"does not treat a NUL as the end of the text", takes_a_nul_for_no_end}, {"allows 128 levels", limits_levels},
     {"describes the tokens", describes_tokens}, {"skips a value with the same text", skips_what_has_the_same_text},
     {"resolves escapes", resolves_escapes});
