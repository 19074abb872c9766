/*
** oom.c: tests what happens if memory runs out at any point of a whole call (scenario.lua).
**
** For k = 1, 2, 3, ... a new Lua state runs the whole scenario. The k-th allocation fails, and by
** the plan those after it until the error has reached Lua. Ends when a run needs fewer than k
** allocations. After each run no memory of Lua, of ours or of libcurl may be left.
**
** Usage: oom SCENARIO [--step N] [--only PLAN K] [--patience SECONDS]
*/
#define _GNU_SOURCE /* clock_gettime, sigaction, RTLD_NODELETE */
#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "allocations.h"
#include "bytenite.h"
#include "server.h"

enum { MAX_PROBLEMS = 100, MAX_OUTCOMES = 64, OUTCOME_SIZE = 200 };

static const struct {
  Failing failing;
  const char *name;
} plans[] = {
  {FAIL_ALL, "all"},
  {FAIL_C, "c"},
  {FAIL_C_ONCE, "once"},
};

typedef struct Options {
  const char *scenario;
  unsigned long step;
  const char *only; /* the name of a plan, of which one k is run; NULL: all plans */
  unsigned long nth;
  double patience; /* seconds: a run that takes longer hangs */
} Options;

/* The results of failing allocations, each text once. */
static struct {
  char text[OUTCOME_SIZE];
  unsigned long count;
} outcomes[MAX_OUTCOMES];

static char base_url[64];
static char folder[] = "/tmp/bytenite-oom-XXXXXX"; /* for downloads */
static unsigned long problems;
static char warning[OUTCOME_SIZE];

/*
** The watchdog's message if a run hangs. Prepared before, because a signal handler may not do much.
*/
static char hanging[OUTCOME_SIZE];

static void end_hanging(int number) {
  (void)number;
  const ssize_t written = write(STDERR_FILENO, hanging, strlen(hanging));
  _exit(written < 0 ? 3 : 1);
}

static void watch(void) {
  const struct sigaction action = {.sa_handler = end_hanging};
  sigaction(SIGALRM, &action, NULL);
}

/* Starts the watchdog: the run has fifteen times its patience. */
static void set_watchdog(const char *plan, unsigned long nth, double patience) {
  snprintf(hanging, sizeof hanging, "oom: %s %lu: the run does not end\n", plan, nth);
  alarm((unsigned)(patience * 15));
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* host.attempt(f): calls f while allocations count and may fail. Returns like pcall. */
static int host_attempt(lua_State *L) {
  allocations_arm();
  const int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  allocations_disarm();
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, 1);
  return lua_gettop(L);
}

/* host.have_failed(): returns whether an allocation has failed. */
static int host_have_failed(lua_State *L) {
  lua_pushboolean(L, allocations_have_failed());
  return 1;
}

/* host.response(method, path): returns the body of the server's response, and the status. */
static int host_response(lua_State *L) {
  int status;
  lua_pushstring(L, server_answer(luaL_checkstring(L, 1), luaL_checkstring(L, 2), &status));
  lua_pushinteger(L, status);
  return 2;
}

/* host.preload(): registers the core for `require`. */
static int host_preload(lua_State *L) {
  bytenite_preload(L);
  lua_pushboolean(L, 1);
  return 1;
}

static const luaL_Reg host_functions[] = {
  {"attempt", host_attempt},
  {"have_failed", host_have_failed},
  {"response", host_response},
  {"preload", host_preload},
  {NULL, NULL},
};

/* Errors in finalizers are only warnings: kept here as problems of the run. */
static void keep_warning(void *context, const char *message, int to_be_continued) {
  (void)context;
  (void)to_be_continued;
  const size_t length = strlen(warning);
  snprintf(warning + length, sizeof warning - length, "%s", message);
}

/* Returns whether all warnings are about finalizers that Lua had no memory to call. */
static bool is_lack_of_memory(const char *warnings) {
  static const char one[] = "error in __gc (not enough memory)";
  const char *rest = warnings;
  while (strncmp(rest, one, sizeof one - 1) == 0)
    rest += sizeof one - 1;
  return rest > warnings && *rest == '\0';
}

/*
** Runs the scenario args[1] by the plan args[2]. Returns the result of the failure, nil if none
** failed.
*/
static int run_scenario(lua_State *L) {
  const char *scenario = lua_touserdata(L, 1);
  const char *plan = lua_touserdata(L, 2);
  luaL_openlibs(L);
  lua_pushboolean(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, "bytenite.no_global_init"); /* it was called, with our own functions */
  if (luaL_loadfile(L, scenario) != LUA_OK) return lua_error(L);
  luaL_newlib(L, host_functions);
  lua_pushstring(L, base_url);
  lua_setfield(L, -2, "base_url");
  lua_pushstring(L, folder);
  lua_setfield(L, -2, "folder");
  lua_pushstring(L, plan);
  lua_setfield(L, -2, "plan");
  lua_call(L, 1, 1);
  return 1;
}

static void report(const char *plan, unsigned long nth, const char *problem) {
  problems++;
  fprintf(stderr, "oom: %s %lu: %s\n", plan, nth, problem);
}

static void note_outcome(const char *text) {
  for (size_t i = 0; i < MAX_OUTCOMES; i++) {
    if (outcomes[i].count == 0) snprintf(outcomes[i].text, sizeof outcomes[i].text, "%s", text);
    if (strncmp(outcomes[i].text, text, sizeof outcomes[i].text - 1) != 0) continue;
    outcomes[i].count++;
    return;
  }
}

/* Anything allocated now that was not before the run is a leak. */
static void check_left(const char *plan, unsigned long nth, const long before[SOURCES]) {
  static const char *const names[SOURCES] = {"Lua", "the C core", "libcurl"};
  char text[OUTCOME_SIZE];
  for (int source = 0; source < SOURCES; source++) {
    const long left = allocations_live((Source)source) - before[source];
    if (left == 0) continue;
    snprintf(text, sizeof text, "%ld blocks of %s are left after lua_close", left, names[source]);
    report(plan, nth, text);
  }
}

/* Runs the scenario with the n-th allocation failing. Returns false if it needed fewer. */
static bool run(const Options *options, size_t plan, unsigned long nth) {
  const double started = now();
  const char *name = plans[plan].name;
  const long before[SOURCES] = {allocations_live(SOURCE_LUA), allocations_live(SOURCE_CORE),
                                allocations_live(SOURCE_LIBCURL)};
  warning[0] = '\0';
  set_watchdog(name, nth, options->patience);
  allocations_plan(plans[plan].failing, nth);
  lua_State *L = lua_newstate(allocations_for_lua, NULL);
  if (L == NULL) abort();
  if (nth % 2 == 0)
    lua_gc(L, LUA_GCGEN, 0, 0); /* like the program lua5.4; the other mode is the default of a new state */
  lua_setwarnf(L, keep_warning, NULL);
  lua_pushcfunction(L, run_scenario);
  lua_pushlightuserdata(L, (void *)options->scenario);
  lua_pushlightuserdata(L, (void *)name);
  const bool succeeded = lua_pcall(L, 2, 1, 0) == LUA_OK;
  const bool reached = allocations_have_failed();
  const char *text = lua_tostring(L, -1);
  if (!succeeded)
    report(name, nth, text != NULL ? text : "an error that is no text");
  else if (reached)
    note_outcome(text);
  lua_close(L);
  if (is_lack_of_memory(warning))
    note_outcome("(a finalizer that Lua itself could not call)"); /* not an error, unless memory is left */
  else if (warning[0] != '\0')
    report(name, nth, warning);
  check_left(name, nth, before);
  if (now() - started > options->patience) report(name, nth, "the run took too long");
  return reached;
}

/* Makes all allocations of the scenario fail in turn. Returns how many. */
static unsigned long run_plan(const Options *options, size_t plan) {
  const unsigned long before = problems;
  unsigned long tried = 0;
  for (unsigned long nth = 1; run(options, plan, nth); nth += options->step) {
    tried++;
    if (problems - before >= MAX_PROBLEMS) break;
  }
  return tried;
}

static unsigned long run_plans(const Options *options) {
  unsigned long tried = 0;
  for (size_t plan = 0; plan < sizeof plans / sizeof plans[0]; plan++) {
    if (options->only == NULL)
      tried += run_plan(options, plan);
    else if (strcmp(options->only, plans[plan].name) == 0)
      tried += run(options, plan, options->nth);
  }
  return tried;
}

static void print_outcomes(void) {
  for (size_t i = 0; i < MAX_OUTCOMES && outcomes[i].count > 0; i++)
    printf("  %6lu  %s\n", outcomes[i].count, outcomes[i].text);
}

static bool read_options(Options *options, int count, char **arguments) {
  *options = (Options){.step = 1, .patience = 2};
  if (count < 2) return false;
  options->scenario = arguments[1];
  for (int i = 2; i < count; i++) {
    if (strcmp(arguments[i], "--step") == 0 && i + 1 < count) {
      options->step = strtoul(arguments[++i], NULL, 10);
    } else if (strcmp(arguments[i], "--only") == 0 && i + 2 < count) {
      options->only = arguments[++i];
      options->nth = strtoul(arguments[++i], NULL, 10);
    } else if (strcmp(arguments[i], "--patience") == 0 && i + 1 < count) {
      options->patience = strtod(arguments[++i], NULL);
    } else {
      return false;
    }
  }
  return options->step > 0;
}

/* A run in which nothing fails: it must succeed before others can be judged. */
static bool run_whole(const Options *options) {
  run(options, 0, (unsigned long)-1);
  return problems == 0;
}

/* Keeps lua-cjson loaded to the end, so that reports of its leaks can name it. */
static void hold_cjson(void) {
  lua_State *L = luaL_newstate();
  if (L == NULL) return;
  luaL_openlibs(L);
  if (luaL_dostring(L, "return assert(package.searchpath('cjson', package.cpath))") != LUA_OK ||
      dlopen(lua_tostring(L, -1), RTLD_LAZY | RTLD_NODELETE) == NULL)
    fprintf(stderr, "oom: lua-cjson is not where it is looked for\n");
  lua_close(L);
}

static void remove_folder(void) {
  char inner[sizeof folder + 2];
  snprintf(inner, sizeof inner, "%s/a", folder);
  if ((rmdir(inner) != 0 && errno != ENOENT) || rmdir(folder) != 0) report("end", 0, "a file was left in the folder");
}

int main(int count, char **arguments) {
  Options options;
  int port;
  const double started = now();
  if (!read_options(&options, count, arguments)) {
    fprintf(stderr, "usage: oom SCENARIO [--step N] [--only all|c|once K] [--patience SECONDS]\n");
    return 2;
  }
  watch();
  hold_cjson();
  if (mkdtemp(folder) == NULL || !allocations_init_libcurl() || !server_start(&port)) {
    fprintf(stderr, "oom: libcurl, the server or a folder could not be had\n");
    return 1;
  }
  snprintf(base_url, sizeof base_url, "http://127.0.0.1:%d/v1", port);
  const unsigned long tried = run_whole(&options) ? run_plans(&options) : 0;
  server_stop();
  remove_folder();
  curl_global_cleanup();
  if (allocations_live(SOURCE_LIBCURL) != 0) report("end", 0, "libcurl keeps memory after curl_global_cleanup");
  print_outcomes();
  printf("oom: %lu failing allocations tried in %.1f s, %lu problems\n", tried, now() - started, problems);
  return problems == 0 && tried > 0 ? 0 : 1;
}
