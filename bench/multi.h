/*
** multi.h: many calls at once over libcurl's multi interface: one handle for each of the calls at once, its options set once. Over
** TLS the calls share an HTTP/2 connection, and the first ones wait for it rather than open one each.
**
** What goes out and what is done with the responses is the affair of who runs it.
*/
#ifndef BENCH_MULTI_H
#define BENCH_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "connection.h"

typedef struct MultiCalls {
  /* The body of the next call, made in a slot from 0 to `concurrency` - 1; it stays alive until that slot's response is taken. */
  const char *(*make_body)(void *context, long slot, size_t *length);
  void (*take_answer)(void *context, const Connection *connection);
  void *context;
} MultiCalls;

typedef struct Multi {
  MultiCalls calls;
  bool by_socket; /* waits by curl_multi_socket_action and epoll, not by curl_multi_perform and curl_multi_poll */
  long concurrency, to_start;
  /* the rest is multi.c's */
  CURLM *multi;
  Connection *connections;
  long under_way;
  bool over_tls, has_failed;
  int epoll;          /* these two are for `by_socket` */
  long long timer_at; /* when libcurl wants to be called for time's sake, in microseconds; -1: not at all */
} Multi;

/* Prepares a loop whose first four fields are set and whose others are zero. On failure says why on standard error. */
bool multi_open(Multi *loop);

/* Makes `to_start` calls. */
bool multi_run(Multi *loop);

/* Frees what there is, whether or not it could be opened. */
void multi_close(Multi *loop);

#endif
