/*
** server.h: a server for tests of the transport. It runs in the thread of the test, which drives
** the transport while it waits: nothing is concurrent, and no test sleeps.
*/
#ifndef BYTENITE_HOST_SERVER_H
#define BYTENITE_HOST_SERVER_H

#include "http/transfer.h"

typedef struct Server {
  int listening;
  int port;
  char url[64];
} Server;

/* Listens on a free port of loopback. */
void server_open(Server *server);
void server_close(Server *server);

/* Opens a transport that speaks HTTP/1.1 and uses no proxy. */
void server_open_transport(Transport *transport);

/* A GET that may be repeated, with generous limits. */
TransferRequest server_request(const Server *server);

/*
** Drives the transport until a connection arrives. Returns its descriptor, or -1 after 10 seconds.
*/
int server_accept(const Server *server, Transport *transport);

/* Drives the transport until the end of a header section arrives. Returns all that was received. */
const char *server_read_head(int connection, Transport *transport);

/* Sends a text. */
void server_send(int connection, const char *text);

/* Drives the transport until a transfer has ended, and returns it; NULL after 10 seconds. */
Transfer *server_next_finished(Transport *transport);

/* Serves one request: accepts, reads the head, sends the text. Returns the connection. */
int server_respond(const Server *server, Transport *transport, const char *text);

#endif
