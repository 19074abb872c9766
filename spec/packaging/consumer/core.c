/*
** core.c: the library of the consumer, whose name bytenite once took.
*/
#include "core.h"

const char *core_name(void) {
  return "the consumer's core";
}
