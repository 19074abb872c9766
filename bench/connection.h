/*
** connection.h: a kept connection to the server, over libcurl's easy interface. It sends bodies as
** PATCH of one job's data source, and knows no JSON.
**
** The settings come from the environment, which bench/run sets for all rows: BENCH_BASE_URL,
** BENCH_JOB_ID, BENCH_TOKEN, BENCH_CA_FILE.
*/
#ifndef BENCH_CONNECTION_H
#define BENCH_CONNECTION_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Connection {
  CURL *easy;
  struct curl_slist *headers;
  char *response; /* the last body; its memory is reused */
  size_t response_length;
  size_t response_capacity;
} Connection;

/* Prepares a zeroed connection. Prints why it failed on stderr; connection_close frees the rest. */
bool connection_open(Connection *connection);

/* Sends a body and receives the response. Anything but a 200 is a failure, printed on stderr. */
bool connection_patch(Connection *connection, const char *body, size_t length);

/* The two halves of it, for callers that drive `easy`. The body must stay valid in between. */
void connection_prepare(Connection *connection, const char *body, size_t length);
bool connection_check(Connection *connection, CURLcode outcome);

void connection_close(Connection *connection);

#endif
