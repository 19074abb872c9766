/*
** stack.c: measures the C stack that a function needs.
**
** stack SCRIPT: runs a script that returns a function, and one that does nothing. Calls each in its
** own thread, and prints the difference between their stacks in bytes.
*/
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { STACK_SIZE = 1 << 20, PAINT = 0xA5 };

static void *call(void *state) {
  lua_State *L = state;
  if (lua_pcall(L, 0, 0, 0) != LUA_OK) fprintf(stderr, "%s\n", lua_tostring(L, -1));
  return NULL;
}

/* Calls the function on top of the Lua stack; returns the bytes of C stack that it touches. */
static size_t stack_of_call(lua_State *L) {
  pthread_t thread;
  pthread_attr_t attributes;
  size_t untouched = 0;
  unsigned char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stack == MAP_FAILED) abort();
  memset(stack, PAINT, STACK_SIZE);
  pthread_attr_init(&attributes);
  if (pthread_attr_setstack(&attributes, stack, STACK_SIZE) != 0) abort();
  if (pthread_create(&thread, &attributes, call, L) != 0) abort();
  pthread_join(thread, NULL);
  while (untouched < STACK_SIZE && stack[untouched] == PAINT)
    untouched++;
  munmap(stack, STACK_SIZE);
  return STACK_SIZE - untouched;
}

int main(int count, char **arguments) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  if (count != 2 || luaL_dofile(L, arguments[1]) != LUA_OK) {
    fprintf(stderr, "%s\n", count != 2 ? "stack SCRIPT" : lua_tostring(L, -1));
    return EXIT_FAILURE;
  }
  lua_settop(L, 2);
  const size_t nothing = stack_of_call(L);
  const size_t something = stack_of_call(L);
  printf("%zu\n", something - nothing);
  lua_close(L);
  return EXIT_SUCCESS;
}
