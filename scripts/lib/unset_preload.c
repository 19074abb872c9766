/*
** unset_preload.c: preloaded by scripts/asan behind the sanitizers' libraries.
*/
#include <stdlib.h>

int dlclose(void *handle);

/*
** The sanitizers stay in this process: some of the programs that specs start (mktemp, luarocks, the sandbox) fail under
** them or report leaks of their own.
*/
__attribute__((constructor)) static void forget_preload(void) {
  unsetenv("LD_PRELOAD");
}

/*
** All modules stay loaded to the end, when leaks are looked for: what a module holds in static variables (cqueues, a method
** of OpenSSL's) would count as lost, and what it lost could not be named.
*/
int dlclose(void *handle) {
  (void)handle;
  return 0;
}
