/*
** number.h: converts the text of JSON numbers to integers and doubles, exactly and in every locale.
*/
#ifndef BYTENITE_JSON_NUMBER_H
#define BYTENITE_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

typedef struct JsonNumber {
  bool is_integer;
  int64_t integer; /* if is_integer */
  double real;     /* otherwise */
} JsonNumber;

/*
** Must be called once per process before the functions below, by one thread. Returns false if
** memory runs out.
*/
bool json_number_init(void);

/*
** Returns the end of the number that starts at `text`, or NULL if it is not a number by JSON's
** grammar. The text must end in a byte that no number contains. *is_plain: it has neither fraction
** nor exponent.
*/
const char *json_number_end(const char *text, bool *is_plain);

/* Returns true if the whole text is a number by JSON's grammar. */
bool json_is_number(const char *text, size_t length);

/*
** Converts the text of a number to an integer, if `may_be_integer` and its value is an integer
** within int64, or else to the nearest double. Minus zero is a double. Returns false if the number
** is beyond the range of a double.
*/
bool json_number(const char *text, size_t length, bool may_be_integer, JsonNumber *number);

/*
** Returns true if `real`, the double nearest to a number, has the number's value or a shortest form
** with that value.
*/
bool json_keeps_value(const char *text, size_t length, double real);

#pragma GCC visibility pop

#endif
