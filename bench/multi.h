/*
** multi.h: many calls at once over libcurl's multi interface: one handle for each concurrent call,
** with options set once. Over TLS the calls share an HTTP/2 connection, and the first ones wait for
** it instead of opening their own.
**
** Callers make the bodies and use the responses.
*/
#ifndef BENCH_MULTI_H
#define BENCH_MULTI_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

#include "connection.h"

typedef struct MultiCalls {
  /*
  ** Makes the body of the next call in a slot from 0 to `concurrency` - 1; valid until its response
  ** is taken.
  */
  const char *(*make_body)(void *context, long slot, size_t *length);
  void (*take_answer)(void *context, const Connection *connection);
  void *context;
} MultiCalls;

typedef struct Multi {
  MultiCalls calls;
  bool by_socket; /* waits by curl_multi_socket_action and epoll, not by curl_multi_perform and curl_multi_poll */
  long concurrency, to_start;
  /* the rest belongs to multi.c */
  CURLM *multi;
  Connection *connections;
  long under_way;
  bool over_tls, has_failed;
  int epoll;          /* these two are for `by_socket` */
  long long timer_at; /* libcurl's timer, in microseconds; -1 if none */
} Multi;

/*
** Prepares a loop whose first four fields are set and the others zero. Prints why it failed on
** stderr.
*/
bool multi_open(Multi *loop);

/* Makes `to_start` calls. */
bool multi_run(Multi *loop);

/* Frees everything, also after a failure to open. */
void multi_close(Multi *loop);

#endif
