/*
** Tests of src/json/excerpt.c.
*/
#include "json/excerpt.h"

#include <stdlib.h>
#include <string.h>

#include "host.h"

/* Checks the excerpt of a text, which is copied so that reading beyond its end is detected. */
static void check_excerpt(const char *expected, const char *text) {
  const size_t length = strlen(text);
  char *copy = malloc(length + 1);
  Buffer out = {0};
  memcpy(copy, text, length + 1);
  CHECK(json_excerpt(copy, length, &out));
  CHECK_TEXT(expected, buffer_text(&out));
  buffer_free(&out);
  free(copy);
}

static void has_what_says_what_is_wrong(void) {
  check_excerpt("{\"code\":3,\"message\":\"m\"}", "{\"code\":3,\"details\":[{\"message\":\"x\"}],\"message\":\"m\"}");
  check_excerpt("{\"message\":\"a\\\"},\\\\\",\"requestId\":\"r\"}",
                " { \"x\" : {} ,\n\"message\" : \"a\\\"},\\\\\", \"requestId\":\"r\"} ");
  check_excerpt("{\"error\":{\"code\":7,\"description\":\"d\"},\"code\":\"3\"}",
                "{\"error\":{\"code\":7,\"details\":[1,[2]],\"description\":\"d\"},\"code\":\"3\"}");
  check_excerpt("{\"error\":\"text\"}", "{\"error\":\"text\"}");
}

static void takes_each_name_once(void) {
  check_excerpt("{\"message\":\"a\"}", "{\"message\":\"a\",\"message\":\"b\"}");
}

static void ends_where_the_text_is_cut(void) {
  static const char whole[] = "{\"x\":[\"\\u0041\",{}],\"message\":\"m\\\"\",\"error\":{\"code\":1}}";
  char text[sizeof whole];
  for (size_t length = 0; length < sizeof whole; length++) {
    memcpy(text, whole, length);
    text[length] = '\0';
    const char *expected = length == 0 ? "" : "{}";
    if (length > strlen("{\"x\":[\"\\u0041\",{}],\"message\":\"m\\\"\"")) expected = "{\"message\":\"m\\\"\"}";
    if (length == sizeof whole - 1) expected = "{\"message\":\"m\\\"\",\"error\":{\"code\":1}}";
    check_excerpt(expected, text);
  }
}

static void is_empty_for_what_is_not_an_object(void) {
  static const char *const texts[] = {"", " ", "[{\"code\":1}]", "\"code\"", "code:1"};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    check_excerpt("", texts[i]);
  check_excerpt("{}", "{\"code\"}");
  check_excerpt("{}", "{\"code\":}");
  check_excerpt("{}", "{code:1}");
}

static void leaves_out_long_values(void) {
  static char text[2 * EXCERPT_MAX_VALUE];
  static const char start[] = "{\"message\":\"";
  memset(text, 'x', sizeof text - 1);
  memcpy(text, start, sizeof start - 1);
  memcpy(text + EXCERPT_MAX_VALUE + sizeof start, "\",\"code\":3}", sizeof "\",\"code\":3}");
  check_excerpt("{\"code\":3}", text);
}

UNIT(excerpt_unit, "json/excerpt", {"has the members that say what is wrong", has_what_says_what_is_wrong},
     {"has each name once", takes_each_name_once}, {"ends where the text is cut off", ends_where_the_text_is_cut},
     {"is empty for what is not an object", is_empty_for_what_is_not_an_object},
     {"leaves out long values", leaves_out_long_values});
