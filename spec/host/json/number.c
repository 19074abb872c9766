/*
** Tests of src/json/number.c.
*/
#include "json/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static void knows_the_grammar(void) {
  static const char *const numbers[] = {"0",    "-0",  "7",   "10",   "123",  "-9",  "0.5",    "1.25",
                                        "-0.0", "1e5", "1E5", "1e+5", "1e-5", "0e0", "1.5e10", "0.0e9"};
  static const char *const others[] = {"",    "-",   "+1", "01",  "-01",  ".5",   "1.", "1.e5", "1e",
                                       "1e+", "1e-", "1a", "NaN", "0x10", "1.5.", "1 ", "--1",  "1e5.5"};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (!json_is_number(numbers[i], strlen(numbers[i]))) CHECK_TEXT("a number", numbers[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (json_is_number(others[i], strlen(others[i]))) CHECK_TEXT("not a number", others[i]);
}

static void says_what_is_plain(void) {
  bool is_plain = false;
  CHECK_TEXT(",", json_number_end("12,", &is_plain));
  CHECK(is_plain);
  CHECK_TEXT("]", json_number_end("1.5]", &is_plain));
  CHECK(!is_plain);
  CHECK_TEXT("", json_number_end("1e5", &is_plain));
  CHECK(!is_plain);
  CHECK(json_number_end("x", &is_plain) == NULL);
}

static void expect_integer(const char *text, int64_t expected) {
  JsonNumber number = {0};
  CHECK(json_number(text, strlen(text), true, &number));
  if (!CHECK(number.is_integer)) CHECK_TEXT("an integer", text);
  CHECK_NUMBER(expected, number.integer);
}

static void expect_real(const char *text, bool may_be_integer) {
  JsonNumber number = {0};
  const double expected = strtod(text, NULL);
  CHECK(json_number(text, strlen(text), may_be_integer, &number));
  if (!CHECK(!number.is_integer)) CHECK_TEXT("a double", text);
  if (!CHECK(memcmp(&expected, &number.real, sizeof expected) == 0)) CHECK_TEXT("the nearest double", text);
}

static void converts_integers_exactly(void) {
  expect_integer("0", 0);
  expect_integer("-1", -1);
  expect_integer("9223372036854775807", INT64_MAX);
  expect_integer("-9223372036854775808", INT64_MIN);
  expect_integer("1e3", 1000);
  expect_integer("1.5e1", 15);
  expect_integer("12.00", 12);
  expect_integer("120e-1", 12);
  expect_integer("0.0", 0);
  expect_integer("0e999999", 0);
  expect_integer("9.223372036854775807e18", INT64_MAX);
  expect_integer("1e18", 1000000000000000000);
  expect_integer("922337203685477580.7e1", INT64_MAX);
  expect_integer("1000000000000000000.0000", 1000000000000000000);
}

static void makes_doubles_of_all_others(void) {
  static const char *const texts[] = {"-0",
                                      "-0.0",
                                      "0.1",
                                      "1.5",
                                      "9223372036854775808",
                                      "-9223372036854775809",
                                      "1e19",
                                      "92233720368547758070",
                                      "18446744073709551616",
                                      "12345678901234567890123",
                                      "1e22",
                                      "1e23",
                                      "123456789012345e22",
                                      "123456789012345e23",
                                      "1234567890123456e1000000000000000000000000000000000000000000000000e",
                                      "1e-22",
                                      "1e-23",
                                      "9007199254740993e-1",
                                      "0.1e-300",
                                      "4.9e-324",
                                      "2e-324",
                                      "1.7976931348623157e308",
                                      "0.30000000000000004",
                                      "1.00000000000000000000000000001"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    if (json_is_number(texts[i], strlen(texts[i]))) expect_real(texts[i], true);
  expect_real("12", false);
  expect_real("1e3", false);
}

static void refuses_what_is_beyond_a_double(void) {
  JsonNumber number;
  CHECK(!json_number("1e309", 5, true, &number));
  CHECK(!json_number("-1e309", 6, false, &number));
  CHECK(!json_number("1e99999999999999999999", 22, true, &number));
  CHECK(json_number("1e-99999999999999999999", 23, true, &number));
  CHECK(number.real == 0);
}

static void reads_what_printf_writes(void) {
  unsigned long long seed = 1;
  for (int i = 0; i < 20000; i++) {
    char text[64];
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    double real;
    memcpy(&real, &seed, sizeof real);
    if (!isfinite(real)) continue;
    snprintf(text, sizeof text, i % 2 == 0 ? "%.17e" : "%.14e", real);
    JsonNumber number;
    CHECK(json_number(text, strlen(text), false, &number));
    if (!CHECK(number.real == strtod(text, NULL))) return;
  }
}

static bool keeps(const char *text) {
  return json_keeps_value(text, strlen(text), strtod(text, NULL));
}

static void says_what_a_double_keeps(void) {
  CHECK(keeps("0"));
  CHECK(keeps("-0.0"));
  CHECK(keeps("0.1"));
  CHECK(keeps("1.50"));
  CHECK(keeps("1e300"));
  CHECK(keeps("100e-3"));
  CHECK(keeps("9007199254740992"));
  CHECK(keeps("9223372036854775808"));
  CHECK(!keeps("9007199254740993"));
  CHECK(!keeps("0.1000000000000000055511151231257827"));
  CHECK(!keeps("0.10000000000000001"));
  CHECK(!keeps("1e-400"));
  CHECK(!keeps("12345678901234567890.5"));
}

UNIT(number_unit, "json/number", {"knows the grammar of JSON", knows_the_grammar},
     {"says where a number ends, and whether it has a fraction or an exponent", says_what_is_plain},
     {"converts integers within int64 exactly, however they are written", converts_integers_exactly},
     {"converts all others to the nearest double", makes_doubles_of_all_others},
     {"refuses what is beyond the range of a double", refuses_what_is_beyond_a_double},
     {"agrees with strtod", reads_what_printf_writes},
     {"says whether a double keeps a number's value", says_what_a_double_keeps});
