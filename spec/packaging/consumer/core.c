/*
** core.c: a library of the consumer. bytenite once had a target with the same name.
*/
#include "core.h"

const char *core_name(void) {
  return "the consumer's core";
}
