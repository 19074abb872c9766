/*
** server.h: a minimal HTTP/1.1 server for a job's calls: canned responses on a free port of
** 127.0.0.1, from its own thread. It allocates nothing, so that it does not disturb the count of
** allocations.
*/
#ifndef OOM_SERVER_H
#define OOM_SERVER_H

#include <stdbool.h>

/* Starts the server, and sets *port. Returns false if that fails. */
bool server_start(int *port);

/* Ends the thread and closes all connections. */
void server_stop(void);

/* Returns the body of the response to a request, and sets *status. */
const char *server_answer(const char *method, const char *path, int *status);

#endif
