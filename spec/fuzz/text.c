/*
** text.c: errors contain what servers say, but no secrets. text.lua checks this for each input.
*/
#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  host_run_script("text.lua", data, size, 0);
  return 0;
}
