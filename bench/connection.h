/*
** connection.h: a kept connection to the server under measurement, over libcurl's easy interface. It sends the bodies
** it is given as PATCH of one job's data source; nothing in here knows JSON.
**
** Where to and with what comes from the environment, which bench/run sets for all rows: BENCH_BASE_URL, BENCH_JOB_ID,
** BENCH_TOKEN, BENCH_CA_FILE.
*/
#ifndef BENCH_CONNECTION_H
#define BENCH_CONNECTION_H

#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Connection {
  CURL *easy;
  struct curl_slist *headers;
  char *response; /* the last one's body; its memory is kept for the next */
  size_t response_length;
  size_t response_capacity;
} Connection;

/* Prepares a zeroed connection. On failure says why on standard error; connection_close frees what there is. */
bool connection_open(Connection *connection);

/* Sends a body and receives the response. Anything but a 200 is a failure, told on standard error. */
bool connection_patch(Connection *connection, const char *body, size_t length);

/* The two ends of that, for who drives `easy` himself: the body must stay alive in between. */
void connection_prepare(Connection *connection, const char *body, size_t length);
bool connection_check(Connection *connection, CURLcode outcome);

void connection_close(Connection *connection);

#endif
