/*
** forget_preload.c: preloaded by scripts/asan behind the sanitizers, so that they stay in the process they were preloaded
** into: some of the programs that specs start (mktemp, luarocks, the sandbox) fail or report leaks of their own under them.
*/
#include <stdlib.h>

__attribute__((constructor)) static void forget_preload(void) {
  unsetenv("LD_PRELOAD");
}
