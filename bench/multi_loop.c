/*
** multi_loop.c: the loop that many calls at once are compared with: libcurl's multi interface
** alone. Sends a ready body and receives the bytes of the responses, without JSON.
**
**   multi_loop HOW CONCURRENCY COUNT         updates the job's data source COUNT times, CONCURRENCY at
**                                            once. HOW is how it waits: `poll` (curl_multi_perform and
**                                            curl_multi_poll) or `socket` (curl_multi_socket_action and
**                                            epoll)
**   multi_loop HOW CONCURRENCY COUNT show    also prints every response, one on each line
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "multi.h"
#include "request.h"

enum { MAX_CONCURRENCY = 10000 };

static const char *give_body(void *context, long slot, size_t *length) {
  static const char body[] = REQUEST_BODY;
  (void)context;
  (void)slot;
  *length = sizeof body - 1;
  return body;
}

static void take_answer(void *context, const Connection *connection) {
  const bool *show = context;
  if (!*show) return;
  fwrite(connection->response, 1, connection->response_length, stdout);
  putchar('\n');
}

int main(int argc, char **argv) {
  bool show = argc > 4;
  Multi loop = {
    .calls = {.make_body = give_body, .take_answer = take_answer, .context = &show},
    .by_socket = argc > 1 && strcmp(argv[1], "socket") == 0,
    .concurrency = argc > 3 ? strtol(argv[2], NULL, 10) : 0,
    .to_start = argc > 3 ? strtol(argv[3], NULL, 10) : 0,
  };
  if (loop.to_start < 1 || loop.concurrency < 1 || loop.concurrency > MAX_CONCURRENCY) {
    fputs("usage: multi_loop poll|socket CONCURRENCY COUNT [show]\n", stderr);
    return EXIT_FAILURE;
  }
  const bool done = multi_open(&loop) && multi_run(&loop);
  multi_close(&loop);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
