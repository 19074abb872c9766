/*
** host.c: runs one test of a C unit.
**
**     host            prints the names of all tests, "unit: test", one on each line
**     host NAME       runs the test of that name; prints the checks that fail
*/
#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/transport.h"
#include "json/number.h"
#include "json/shortest.h"

static const Unit *const units[] = {
  &buffer_unit,
  &suggest_unit,
  &terminal_unit,
  &excerpt_unit,
  &number_unit,
  &read_unit,
  &shortest_unit,
  &text_unit,
  &utf8_unit,
  &write_unit,
  &connection_pool_unit,
  &connections_unit,
  &event_loop_unit,
  &loopback_unit,
  &poller_unit,
  &probe_unit,
  &request_unit,
  &response_unit,
  &sent_unit,
  &stream_unit,
  &transfer_unit,
  &transport_unit,
  &url_unit,
};
enum { UNITS = sizeof units / sizeof units[0] };

static int failures;

bool host_check(bool holds, const char *condition, const char *file, int line) {
  if (holds) return true;
  failures++;
  printf("%s:%d: does not hold: %s\n", file, line, condition);
  return false;
}

bool host_check_text(const char *expected, const char *got, const char *file, int line) {
  if (got != NULL && strcmp(expected, got) == 0) return true;
  failures++;
  printf("%s:%d: expected \"%s\", got \"%s\"\n", file, line, expected, got != NULL ? got : "(nothing)");
  return false;
}

bool host_check_number(long long expected, long long got, const char *file, int line) {
  if (expected == got) return true;
  failures++;
  printf("%s:%d: expected %lld, got %lld\n", file, line, expected, got);
  return false;
}

/* Returns the test of that name; NULL if there is none. */
static const Test *find_test(const char *name) {
  for (size_t i = 0; i < UNITS; i++) {
    const size_t length = strlen(units[i]->name);
    if (strncmp(name, units[i]->name, length) != 0 || strncmp(name + length, ": ", 2) != 0) continue;
    for (size_t j = 0; j < units[i]->count; j++)
      if (strcmp(name + length + 2, units[i]->tests[j].name) == 0) return &units[i]->tests[j];
  }
  return NULL;
}

int main(int count, char **words) {
  if (count < 2) {
    for (size_t i = 0; i < UNITS; i++)
      for (size_t j = 0; j < units[i]->count; j++)
        printf("%s: %s\n", units[i]->name, units[i]->tests[j].name);
    return EXIT_SUCCESS;
  }
  const Test *test = find_test(words[1]);
  if (test == NULL || !transport_init(false) || !json_number_init()) {
    printf("no such test, or no memory: %s\n", words[1]);
    return EXIT_FAILURE;
  }
  shortest_init();
  test->run();
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
