/*
** number.c: converts the text of JSON numbers to integers and doubles.
*/
/*
** newlocale and strtod_l are POSIX 2008 and an extension of it that glibc, musl, macOS and the BSDs
** have
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "json/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

#include "json/shortest.h"

enum {
  MAX_DIGITS = 19,          /* decimal digits that always fit uint64_t */
  MAX_EXACT_DIGITS = 15,    /* decimal digits that fit a double exactly */
  MAX_EXACT_POWER = 22,     /* powers of ten that are exact doubles */
  MAX_EXPONENT = 1000000000 /* larger exponents make no difference */
};

static locale_t c_locale; /* set once; numbers follow its rules, not the host's */

bool json_number_init(void) {
  if (c_locale == (locale_t)0) c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  shortest_init();
  return c_locale != (locale_t)0;
}

static const char *skip_digits(const char *at) {
  while (*at >= '0' && *at <= '9')
    at++;
  return at;
}

const char *json_number_end(const char *text, bool *is_plain) {
  const char *at = text;
  *is_plain = true;
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
    *is_plain = false;
  }
  if (*at == 'e' || *at == 'E') {
    const char *digits = at + 1;
    if (*digits == '+' || *digits == '-') digits++;
    at = skip_digits(digits);
    if (at == digits) return NULL;
    *is_plain = false;
  }
  return at;
}

bool json_is_number(const char *text, size_t length) {
  bool is_plain;
  return json_number_end(text, &is_plain) == text + length;
}

/* A number as digits * 10^exponent. */
typedef struct Decimal {
  bool is_negative;
  bool is_cut;     /* digits other than zero follow that did not fit */
  int count;       /* of digits, without leading zeros */
  uint64_t digits; /* the first MAX_DIGITS */
  int64_t exponent;
} Decimal;

static int64_t read_exponent(const char *at, const char *end) {
  const bool is_negative = *at == '-';
  int64_t exponent = 0;
  if (*at == '-' || *at == '+') at++;
  for (; at < end; at++)
    if (exponent < MAX_EXPONENT) exponent = exponent * 10 + (*at - '0');
  return is_negative ? -exponent : exponent;
}

/* Appends digits as if they were all before the point. Returns the position after them. */
static const char *read_digits(Decimal *decimal, const char *at) {
  for (; *at >= '0' && *at <= '9'; at++) {
    const unsigned digit = (unsigned)(*at - '0');
    if (decimal->count < MAX_DIGITS) {
      decimal->digits = decimal->digits * 10 + digit;
      decimal->count += decimal->digits > 0;
    } else {
      decimal->is_cut |= digit > 0;
      decimal->exponent++;
    }
  }
  return at;
}

static Decimal read_decimal(const char *text, size_t length) {
  const char *end = text + length;
  Decimal decimal = {.is_negative = *text == '-'};
  const char *at = read_digits(&decimal, text + decimal.is_negative);
  if (*at == '.') {
    const char *fraction = at + 1;
    at = read_digits(&decimal, fraction);
    decimal.exponent -= at - fraction;
  }
  if (at < end) decimal.exponent += read_exponent(at + 1, end);
  return decimal;
}

static void drop_trailing_zeros(Decimal *decimal) {
  for (; decimal->digits > 0 && decimal->digits % 10 == 0; decimal->digits /= 10)
    decimal->exponent++;
}

/* Returns false if the decimal is not an integer within int64. */
static bool decimal_integer(Decimal decimal, int64_t *integer) {
  const uint64_t limit = (uint64_t)INT64_MAX + decimal.is_negative;
  if (decimal.is_cut || (decimal.is_negative && decimal.digits == 0)) return false;
  if (decimal.exponent < 0) drop_trailing_zeros(&decimal);
  if (decimal.exponent < 0 && decimal.digits > 0) return false;
  for (; decimal.exponent > 0 && decimal.digits > 0; decimal.exponent--) {
    if (decimal.digits > limit / 10) return false;
    decimal.digits *= 10;
  }
  if (decimal.digits > limit) return false;
  /*
  ** negated before the cast, because the magnitude of the least integer has no positive counterpart
  */
  *integer = (int64_t)(decimal.is_negative ? 0 - decimal.digits : decimal.digits);
  return true;
}

/*
** If the digits and the power of ten are exact doubles, one division or multiplication rounds
** correctly (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). Returns false
** for all other numbers.
*/
static bool decimal_real(const Decimal *decimal, double *real) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  if (FLT_EVAL_METHOD != 0) return false; /* intermediate results would be rounded twice */
  if (decimal->count > MAX_EXACT_DIGITS) return false;
  if (decimal->digits == 0)
    *real = 0;
  else if (decimal->exponent >= 0 && decimal->exponent <= MAX_EXACT_POWER)
    *real = (double)decimal->digits * powers[decimal->exponent];
  else if (decimal->exponent < 0 && decimal->exponent >= -MAX_EXACT_POWER)
    *real = (double)decimal->digits / powers[-decimal->exponent];
  else
    return false;
  if (decimal->is_negative) *real = -*real;
  return true;
}

bool json_number(const char *text, size_t length, bool may_be_integer, JsonNumber *number) {
  const Decimal decimal = read_decimal(text, length);
  number->is_integer = may_be_integer && decimal_integer(decimal, &number->integer);
  if (number->is_integer || decimal_real(&decimal, &number->real)) return true;
  number->real = strtod_l(text, NULL, c_locale);
  return !isinf(number->real);
}

bool json_keeps_value(const char *text, size_t length, double real) {
  Decimal decimal = read_decimal(text, length);
  const double magnitude = fabs(real);
  if (decimal.is_cut) return false;
  if (decimal.digits == 0 || magnitude == 0) return decimal.digits == 0;
  if (decimal.exponent == 0 && magnitude < 0x1p64 && (uint64_t)magnitude == decimal.digits) return true;
  drop_trailing_zeros(&decimal);
  const ShortestDecimal shortest = shortest_decimal(magnitude);
  return decimal.digits == shortest.digits && decimal.exponent == shortest.exponent;
}
