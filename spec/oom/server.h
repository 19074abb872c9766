/*
** server.h: the least HTTP/1.1 server that a job's calls need: canned responses on a free port of 127.0.0.1, from a thread of
** its own. It allocates nothing, so it never stands in the way of those who count allocations.
*/
#ifndef OOM_SERVER_H
#define OOM_SERVER_H

#include <stdbool.h>

/* Starts listening and answering; the port is left in *port. False when that cannot be done. */
bool server_start(int *port);

/* Ends the thread and closes all connections. */
void server_stop(void);

/* What is answered to a request: the body, and the status in *status. */
const char *server_answer(const char *method, const char *path, int *status);

#endif
