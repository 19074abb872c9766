/*
** shortest.h: finds the shortest decimal that reads back as a given double.
*/
#ifndef BYTENITE_JSON_SHORTEST_H
#define BYTENITE_JSON_SHORTEST_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef struct ShortestDecimal {
  uint64_t digits; /* at most 17, without trailing zeros */
  int exponent;    /* the value is digits * 10^exponent */
} ShortestDecimal;

/* Must be called once per process before shortest_decimal, by one thread. */
void shortest_init(void);

/*
** Returns the shortest decimal that reads back as `real`, which must be finite and above zero; the
** nearest one if there are several.
*/
ShortestDecimal shortest_decimal(double real);

#pragma GCC visibility pop

#endif
