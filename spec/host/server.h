/*
** server.h: a server for tests of the transport. It lives in the thread of the test, which moves the transport on
** while it waits: nothing happens at the same time, and no test sleeps.
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

/* Moves the transport on until a connection comes; returns its descriptor, or -1 after 10 seconds. */
int server_accept(const Server *server, Transport *transport);

/* Moves the transport on until the text has come that ends a header section. Returns what has come. */
const char *server_read_head(int connection, Transport *transport);

/* Sends a text. */
void server_send(int connection, const char *text);

/* Moves the transport on until a transfer has ended, and takes that; NULL after 10 seconds. */
Transfer *server_next_finished(Transport *transport);

/* Serves one request: accepts, reads the head, sends the text. Returns the connection. */
int server_respond(const Server *server, Transport *transport, const char *text);

#endif
