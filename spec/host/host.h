/*
** host.h: tests of C units, without Lua. Each file has the tests of one unit in a table; host.c
** runs one by its name. spec/host/host_spec.lua builds the program and runs every test in its own
** process.
*/
#ifndef BYTENITE_SPEC_HOST_H
#define BYTENITE_SPEC_HOST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct Test {
  const char *name; /* the predicate of a sentence whose subject is the unit */
  void (*run)(void);
} Test;

typedef struct Unit {
  const char *name; /* the file in src/, without its suffix */
  const Test *tests;
  size_t count;
} Unit;

/* Defines the table of a unit's tests. */
#define UNIT(identifier, name, ...) \
  static const Test identifier##_tests[] = {__VA_ARGS__}; \
  const Unit identifier = {name, identifier##_tests, sizeof identifier##_tests / sizeof identifier##_tests[0]}

/* Reports a condition that is false, and continues. */
#define CHECK(condition) host_check((condition), #condition, __FILE__, __LINE__)

/* Reports two strings or numbers that differ, and continues. */
#define CHECK_TEXT(expected, got) host_check_text((expected), (got), __FILE__, __LINE__)
#define CHECK_NUMBER(expected, got) host_check_number((long long)(expected), (long long)(got), __FILE__, __LINE__)

bool host_check(bool holds, const char *condition, const char *file, int line);
bool host_check_text(const char *expected, const char *got, const char *file, int line);
bool host_check_number(long long expected, long long got, const char *file, int line);

extern const Unit buffer_unit, suggest_unit, terminal_unit;
extern const Unit excerpt_unit, number_unit, read_unit, shortest_unit, text_unit, utf8_unit, write_unit;
extern const Unit connection_pool_unit, connections_unit, event_loop_unit, loopback_unit, poller_unit, probe_unit,
  request_unit, response_unit;
extern const Unit sent_unit, stream_unit, transfer_unit, transport_unit, url_unit;

#endif
