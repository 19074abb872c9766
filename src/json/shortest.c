/*
** shortest.c: finds the shortest decimal that reads back as a given double.
**
** The algorithm is Schubfach (R. Giulietti, "The Schubfach way to render doubles", 2020). All
** decimals that read back as a double lie in an interval around it. There is a power of ten 10^k
** such that the interval contains at least one and at most nine multiples of it, and at most one
** multiple of 10^(k+1). So the interval, scaled by 10^-k, is examined in integers: with powers of
** ten of 126 bits, two more bits in each number are enough to decide every comparison.
*/
#include "json/shortest.h"

#include <stdbool.h>
#include <string.h>

enum {
  MIN_POWER = -292, /* of the powers of ten that doubles are scaled by */
  MAX_POWER = 324,
  FRACTION_BITS = 52,
  MIN_EXPONENT = -1074, /* the least double is 2^-1074 */
  BIG_WORDS = 32
};

/* A power of ten, rounded up to 128 significant bits. */
typedef struct Power {
  uint64_t high;
  uint64_t low;
} Power;

static Power powers[MAX_POWER - MIN_POWER + 1]; /* filled once */

/* An integer of 1024 bits, the least significant word first. */
typedef struct Big {
  uint32_t words[BIG_WORDS];
} Big;

static void multiply_by_5(Big *big) {
  uint64_t carry = 0;
  for (int i = 0; i < BIG_WORDS; i++) {
    carry += (uint64_t)big->words[i] * 5;
    big->words[i] = (uint32_t)carry;
    carry >>= 32;
  }
}

static void divide_by_5(Big *big) {
  uint64_t rest = 0;
  for (int i = BIG_WORDS - 1; i >= 0; i--) {
    rest = rest << 32 | big->words[i];
    big->words[i] = (uint32_t)(rest / 5);
    rest %= 5;
  }
}

static uint64_t word_at(const Big *big, int index) {
  return index >= 0 ? big->words[index] : 0;
}

/*
** Returns the highest 128 bits of an integer, plus one unless all bits below them are zero and the
** integer is exact.
*/
static Power rounded_up(const Big *big, bool is_exact) {
  int top = BIG_WORDS - 1;
  while (big->words[top] == 0)
    top--;
  uint64_t high = word_at(big, top) << 32 | word_at(big, top - 1);
  uint64_t low = word_at(big, top - 2) << 32 | word_at(big, top - 3);
  uint64_t rest = word_at(big, top - 4) << 32;
  for (; high >> 63 == 0; high = high << 1 | low >> 63, low = low << 1 | rest >> 63, rest <<= 1) {
  }
  for (int i = top - 5; i >= 0; i--)
    rest |= big->words[i];
  if (rest != 0 || !is_exact) {
    low++;
    high += low == 0;
  }
  return (Power){high, low};
}

/* Fills the table. Powers of ten have the significant bits of powers of five. */
void shortest_init(void) {
  Big big = {.words = {1}};
  for (int power = 0; power <= MAX_POWER; power++, multiply_by_5(&big))
    powers[power - MIN_POWER] = rounded_up(&big, true);
  big = (Big){.words[BIG_WORDS - 1] = UINT32_C(1) << 31}; /* stands for 1; each division rounds down */
  for (int power = -1; power >= MIN_POWER; power--) {
    divide_by_5(&big);
    powers[power - MIN_POWER] = rounded_up(&big, false);
  }
}

/* Returns floor(a / 2^shift), also for negative numbers. */
static int floor_shift(int a, int shift) {
  return a >= 0 ? a >> shift : -((-a + (1 << shift) - 1) >> shift);
}

/* Returns floor(log10(2^exponent)). */
static int log10_pow2(int exponent) {
  return floor_shift(exponent * 1262611, 22);
}

/* Returns floor(log10(3/4 * 2^exponent)). */
static int log10_three_quarters_pow2(int exponent) {
  return floor_shift(exponent * 1262611 - 524031, 22);
}

/* Returns floor(log2(10^exponent)). */
static int log2_pow10(int exponent) {
  return floor_shift(exponent * 1741647, 19);
}

/* Returns the high 64 bits of a product of 128 bits and stores the low 64 bits in *low. */
static uint64_t multiply(uint64_t a, uint64_t b, uint64_t *low) {
  const uint64_t a_low = (uint32_t)a;
  const uint64_t a_high = a >> 32;
  const uint64_t b_low = (uint32_t)b;
  const uint64_t b_high = b >> 32;
  const uint64_t first = a_low * b_low;
  const uint64_t second = a_high * b_low + (first >> 32);
  const uint64_t third = a_low * b_high + (uint32_t)second;
  *low = third << 32 | (uint32_t)first;
  return a_high * b_high + (second >> 32) + (third >> 32);
}

/* Returns floor(power * factor / 2^128); its lowest bit is also set if anything was cut off. */
static uint64_t scale(Power power, uint64_t factor) {
  uint64_t unused;
  uint64_t middle;
  const uint64_t carried = multiply(power.low, factor, &unused);
  uint64_t high = multiply(power.high, factor, &middle);
  middle += carried;
  high += middle < carried;
  return high | (middle > 1);
}

static ShortestDecimal without_trailing_zeros(uint64_t digits, int exponent) {
  for (; digits % 10 == 0; digits /= 10)
    exponent++;
  return (ShortestDecimal){digits, exponent};
}

ShortestDecimal shortest_decimal(double real) {
  uint64_t bits;
  memcpy(&bits, &real, sizeof bits);
  const int biased = (int)(bits >> FRACTION_BITS);
  const uint64_t fraction = bits & ((UINT64_C(1) << FRACTION_BITS) - 1);
  const uint64_t significand = biased > 0 ? fraction | UINT64_C(1) << FRACTION_BITS : fraction;
  const int exponent = (biased > 0 ? biased - 1 : 0) + MIN_EXPONENT;
  const bool is_power_of_2 = fraction == 0 && biased > 1; /* the next double below is nearer */
  const uint64_t is_odd = significand & 1;                /* the interval's ends read back as even doubles only */

  /* the double and the ends of its interval, times four, scaled by 10^-k */
  const int k = is_power_of_2 ? log10_three_quarters_pow2(exponent) : log10_pow2(exponent);
  const int shift = exponent + log2_pow10(-k) + 1;
  const Power power = powers[-k - MIN_POWER];
  const uint64_t value = scale(power, (significand * 4) << shift);
  const uint64_t lower = scale(power, (significand * 4 - 2 + is_power_of_2) << shift) + is_odd;
  const uint64_t upper = scale(power, (significand * 4 + 2) << shift) - is_odd;

  const uint64_t below = value / 4; /* in units of 10^k; the double is not less */
  if (below >= 10) {
    const uint64_t tens = below / 10;
    const bool below_is_inside = lower <= tens * 40;
    const bool above_is_inside = tens * 40 + 40 <= upper;
    if (below_is_inside != above_is_inside) return without_trailing_zeros(tens + above_is_inside, k + 1);
  }
  const bool below_is_inside = lower <= below * 4;
  const bool above_is_inside = below * 4 + 4 <= upper;
  if (below_is_inside != above_is_inside) return without_trailing_zeros(below + above_is_inside, k);
  const uint64_t middle = below * 4 + 2;
  const bool above_is_nearer = value > middle || (value == middle && (below & 1) != 0);
  return without_trailing_zeros(below + above_is_nearer, k);
}
