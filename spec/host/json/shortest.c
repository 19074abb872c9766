/*
** Tests of src/json/shortest.c.
*/
#include "json/shortest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

static void expect(double real, unsigned long long digits, int exponent) {
  const ShortestDecimal decimal = shortest_decimal(real);
  CHECK_NUMBER(digits, decimal.digits);
  CHECK_NUMBER(exponent, decimal.exponent);
}

static void finds_well_known_ones(void) {
  expect(1, 1, 0);
  expect(0.1, 1, -1);
  expect(0.3, 3, -1);
  expect(0.30000000000000004, 30000000000000004, -17);
  expect(100, 1, 2);
  expect(123456, 123456, 0);
  expect(5e-324, 5, -324);
  expect(2.2250738585072014e-308, 22250738585072014, -324);
  expect(1.7976931348623157e308, 17976931348623157, 292);
  expect(9007199254740993.0, 9007199254740992, 0);
  expect(9.5367431640625e-07, 95367431640625, -20);
}

/* Returns the shortest form of printf that reads back. */
static int shortest_of_printf(double real, char *text, size_t size) {
  for (int digits = 0; digits <= 16; digits++) {
    snprintf(text, size, "%.*e", digits, real);
    if (strtod(text, NULL) == real) return digits + 1;
  }
  return 17;
}

static void is_as_short_as_can_be_and_reads_back(void) {
  unsigned long long seed = 7;
  for (int i = 0; i < 3000; i++) {
    char text[64], other[64];
    double real;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    const unsigned long long bits = seed >> 1;
    memcpy(&real, &bits, sizeof real);
    if (!isfinite(real) || real == 0) continue;
    const ShortestDecimal decimal = shortest_decimal(real);
    snprintf(text, sizeof text, "%llue%d", (unsigned long long)decimal.digits, decimal.exponent);
    if (!CHECK(strtod(text, NULL) == real)) return;
    snprintf(text, sizeof text, "%llu", (unsigned long long)decimal.digits);
    if (!CHECK((int)strlen(text) <= shortest_of_printf(real, other, sizeof other))) return;
    if (!CHECK(decimal.digits % 10 != 0)) return;
  }
}

static void finds_them_for_powers_of_two(void) {
  for (int exponent = -1074; exponent <= 1023; exponent++) {
    char text[64];
    const double real = ldexp(1, exponent);
    const ShortestDecimal decimal = shortest_decimal(real);
    snprintf(text, sizeof text, "%llue%d", (unsigned long long)decimal.digits, decimal.exponent);
    if (!CHECK(strtod(text, NULL) == real)) return;
  }
}

UNIT(shortest_unit, "json/shortest", {"finds the shortest form of well-known doubles", finds_well_known_ones},
     {"finds one that is as short as printf's and reads back", is_as_short_as_can_be_and_reads_back},
     {"finds one for every power of two", finds_them_for_powers_of_two});
