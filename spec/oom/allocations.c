/*
** allocations.c: counts allocations, and makes them fail.
*/
#include "allocations.h"

#include <curl/curl.h>
#include <string.h>

/* The linker's names for the functions that --wrap replaces, and for the real ones. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static struct {
  Failing failing;
  unsigned long nth;
  unsigned long counted;
  bool armed, has_failed, is_over;
} plan;

static long live[SOURCES];

void allocations_plan(Failing failing, unsigned long nth) {
  memset(&plan, 0, sizeof plan);
  plan.failing = failing;
  plan.nth = nth;
}

void allocations_arm(void) {
  plan.armed = true;
}

void allocations_disarm(void) {
  plan.armed = false;
  plan.is_over = plan.has_failed;
}

bool allocations_have_failed(void) {
  return plan.has_failed;
}

unsigned long allocations_counted(void) {
  return plan.counted;
}

long allocations_live(Source source) {
  return live[source];
}

/* Counts an allocation. Returns true if it must fail. */
static bool must_fail(Source source) {
  if (!plan.armed || plan.is_over) return false;
  if (plan.failing != FAIL_ALL && source == SOURCE_LUA) return false;
  plan.counted++;
  if (plan.counted < plan.nth || (plan.failing == FAIL_C_ONCE && plan.counted > plan.nth)) return false;
  plan.has_failed = true;
  return true;
}

static void *count_new(Source source, void *block) {
  if (block != NULL) live[source]++;
  return block;
}

static void *allocate(Source source, size_t size) {
  return must_fail(source) ? NULL : count_new(source, __real_malloc(size));
}

static void *allocate_zeroed(Source source, size_t count, size_t size) {
  return must_fail(source) ? NULL : count_new(source, __real_calloc(count, size));
}

static void release(Source source, void *block) {
  if (block != NULL) live[source]--;
  __real_free(block);
}

static void *resize(Source source, void *block, size_t size) {
  if (block == NULL) return allocate(source, size);
  return must_fail(source) ? NULL : __real_realloc(block, size);
}

void *allocations_for_lua(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    release(SOURCE_LUA, block);
    return NULL;
  }
  /* a block that shrinks does not move in any good allocator, so this is not an allocation */
  if (block != NULL && new_size <= old_size) return __real_realloc(block, new_size);
  return resize(SOURCE_LUA, block, new_size);
}

void *__wrap_malloc(size_t size) {
  return allocate(SOURCE_CORE, size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return allocate_zeroed(SOURCE_CORE, count, size);
}

void *__wrap_realloc(void *block, size_t size) {
  return resize(SOURCE_CORE, block, size);
}

void __wrap_free(void *block) {
  release(SOURCE_CORE, block);
}

static void *libcurl_malloc(size_t size) {
  return allocate(SOURCE_LIBCURL, size);
}

static void *libcurl_calloc(size_t count, size_t size) {
  return allocate_zeroed(SOURCE_LIBCURL, count, size);
}

static void *libcurl_realloc(void *block, size_t size) {
  return resize(SOURCE_LIBCURL, block, size);
}

static void libcurl_free(void *block) {
  release(SOURCE_LIBCURL, block);
}

static char *libcurl_strdup(const char *text) {
  const size_t size = strlen(text) + 1;
  char *copy = allocate(SOURCE_LIBCURL, size);
  if (copy != NULL) memcpy(copy, text, size);
  return copy;
}

bool allocations_init_libcurl(void) {
  return curl_global_init_mem(CURL_GLOBAL_DEFAULT, libcurl_malloc, libcurl_free, libcurl_realloc, libcurl_strdup,
                              libcurl_calloc) == CURLE_OK;
}
