/*
** methods.c: any method may be called on any object at any time, with any values. methods.lua turns
** each input into a program of such calls. A server with canned responses runs meanwhile.
*/
#include <stdio.h>
#include <stdlib.h>

#include "../oom/server.h"
#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static lua_Integer calls; /* of all inputs */

static void print_calls(void) {
  fprintf(stderr, "stat::calls: %lld\n", (long long)calls);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static int port;
  if (port == 0) {
    host_require(server_start(&port), "the server starts");
    atexit(print_calls);
  }
  calls += host_run_script("methods.lua", data, size, port);
  return 0;
}
