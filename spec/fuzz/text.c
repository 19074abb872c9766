/*
** text.c: what servers say goes into errors, and secrets stay out: checked in text.lua, which is called with each input.
*/
#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  host_run_script("text.lua", data, size, 0);
  return 0;
}
