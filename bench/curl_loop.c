/*
** curl_loop.c: the first row of the benchmark: libcurl alone. Sends a ready body and receives the
** bytes of the response, without JSON.
**
**   curl_loop COUNT         updates the job's data source COUNT times
**   curl_loop COUNT show    also prints every response, one on each line
**   curl_loop about         prints the versions of libcurl and its parts
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection.h"
#include "request.h"

static const char body[] = REQUEST_BODY;

static void show_answer(const Connection *connection) {
  fwrite(connection->response, 1, connection->response_length, stdout);
  putchar('\n');
}

static bool run(Connection *connection, long count, bool show) {
  for (long i = 0; i < count; i++) {
    if (!connection_patch(connection, body, sizeof body - 1)) return false;
    if (show) show_answer(connection);
  }
  return true;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "about") == 0) {
    puts(curl_version());
    return EXIT_SUCCESS;
  }
  const long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
  if (count < 1) {
    fputs("usage: curl_loop COUNT [show] | about\n", stderr);
    return EXIT_FAILURE;
  }
  Connection connection = {0};
  const bool done = connection_open(&connection) && run(&connection, count, argc > 2);
  connection_close(&connection);
  return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
