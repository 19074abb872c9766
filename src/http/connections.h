/*
** connections.h: the open connections of a transport. Decides whether a connection may carry
** another request.
**
** libcurl does not expose its connections. It calls us to open and close their sockets, and passes
** the addresses of both ends before each request, by which a transfer finds its connection here.
*/
#ifndef BYTENITE_CONNECTIONS_H
#define BYTENITE_CONNECTIONS_H

#include <curl/curl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* The addresses of both ends as libcurl prints them. */
typedef struct Endpoints {
  const char *local_address, *remote_address;
  int local_port, remote_port;
} Endpoints;

typedef struct Connection {
  curl_socket_t descriptor;    /* CURL_SOCKET_BAD once it is closed */
  const void *opener;          /* the transfer that it was opened for; NULL once it is established */
  int local_port, remote_port; /* 0 until it is known to be established */
  char local_address[INET6_ADDRSTRLEN], remote_address[INET6_ADDRSTRLEN];
  const void *pool; /* its pool; NULL before its first transfer */
  size_t users;     /* transfers that use it now */
  bool was_used;    /* a transfer that used it has ended */
  bool has_served;  /* it has received a response */
  bool is_http2;    /* many transfers may use it at once */
  struct Connection *next;
} Connection;

typedef struct Connections {
  Connection *first;
} Connections;

/* Opens a socket for `opener`. Returns CURL_SOCKET_BAD on failure. */
curl_socket_t connections_open(Connections *connections, const struct curl_sockaddr *address, const void *opener);

/* Forgets a connection whose socket is about to be closed. */
void connections_close(Connections *connections, curl_socket_t descriptor);

/*
** Forgets the sockets that were opened for `opener` and never became its connection: libcurl closes
** them without a call.
*/
void connections_end_opening(Connections *connections, const void *opener);

/* Returns the connection between two endpoints, or NULL if it is unknown. */
Connection *connections_find(Connections *connections, const Endpoints *ends);

/*
** Returns whether a request may be written to a connection. Returns false if the peer has closed
** it, or if it has unread bytes that belong to no request: over HTTP/1.1 an unsolicited response,
** over HTTP/2 before a once-only request a possible GOAWAY.
*/
bool connection_is_usable(const Connection *connection, bool once_only);

/*
** Returns whether a pool has an idle HTTP/2 connection that is not usable. libcurl must not get
** this connection: it would read a GOAWAY and use the connection nevertheless.
*/
bool connections_have_stale(const Connections *connections, const void *pool, bool once_only);

/* Returns how many connections are open or being opened. */
size_t connections_count(const Connections *connections);

/* Counts a transfer of a pool that begins, and one that ends, to use a connection. */
void connection_enter(Connection *connection, const void *pool);
void connection_leave(Connections *connections, Connection *connection);

/*
** Corks or uncorks HTTP/2 connections: the kernel delays what is written to a corked one, so that
** requests written one after the other leave in one packet. Does nothing if the kernel cannot.
*/
void connections_cork(const Connections *connections, bool corked);

/* Frees everything. No transfer may use a connection any longer. */
void connections_free(Connections *connections);

#pragma GCC visibility pop

#endif
