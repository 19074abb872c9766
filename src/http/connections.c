/*
** connections.c: the open connections of a transport.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* POLLRDHUP */
#endif
#include "http/connections.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#ifndef POLLRDHUP
#define POLLRDHUP 0 /* systems without it report a closed peer as POLLHUP */
#endif

/* Unlinks and frees a connection. */
static void remove_connection(Connections *connections, Connection *connection) {
  Connection **link = &connections->first;
  while (*link != connection)
    link = &(*link)->next;
  *link = connection->next;
  free(connection);
}

static Connection *find_descriptor(const Connections *connections, curl_socket_t descriptor) {
  Connection *connection = connections->first;
  while (connection != NULL && connection->descriptor != descriptor)
    connection = connection->next;
  return connection;
}

void connections_close(Connections *connections, curl_socket_t descriptor) {
  Connection *connection = find_descriptor(connections, descriptor);
  if (connection == NULL) return;
  connection->descriptor = CURL_SOCKET_BAD;
  if (connection->users == 0) remove_connection(connections, connection);
}

curl_socket_t connections_open(Connections *connections, const struct curl_sockaddr *address, const void *opener) {
#ifdef SOCK_CLOEXEC
  const int kind = address->socktype | SOCK_CLOEXEC; /* programs that the host starts must not inherit it */
#else
  const int kind = address->socktype;
#endif
  const curl_socket_t descriptor = socket(address->family, kind, address->protocol);
  if (descriptor == CURL_SOCKET_BAD) return descriptor;
  connections_close(connections, descriptor); /* libcurl has closed this descriptor without a call */
  Connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL) return descriptor; /* an unknown connection is used unchecked */
  connection->descriptor = descriptor;
  connection->opener = opener;
  connection->next = connections->first;
  connections->first = connection;
  return descriptor;
}

void connections_end_opening(Connections *connections, const void *opener) {
  Connection **link = &connections->first;
  while (*link != NULL) {
    Connection *connection = *link;
    if (connection->opener == opener) {
      *link = connection->next;
      free(connection);
    } else {
      link = &connection->next;
    }
  }
}

/*
** Prints a socket address into `text`, which has INET6_ADDRSTRLEN bytes. Returns its port, or 0 if
** it has none.
*/
static int print_address(const struct sockaddr_storage *address, char *text) {
  const void *bytes = NULL;
  int port = 0;
  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;
    bytes = &in->sin_addr;
    port = ntohs(in->sin_port);
  } else if (address->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)address;
    bytes = &in6->sin6_addr;
    port = ntohs(in6->sin6_port);
  }
  return bytes != NULL && inet_ntop(address->ss_family, bytes, text, INET6_ADDRSTRLEN) != NULL ? port : 0;
}

/* Asks the kernel for the endpoints of a socket; leaves the ports 0 if it is not connected yet. */
static void read_endpoints(Connection *connection) {
  struct sockaddr_storage local = {0}, remote = {0};
  socklen_t local_length = sizeof local, remote_length = sizeof remote;
  if (getsockname(connection->descriptor, (struct sockaddr *)&local, &local_length) != 0) return;
  if (getpeername(connection->descriptor, (struct sockaddr *)&remote, &remote_length) != 0) return;
  connection->remote_port = print_address(&remote, connection->remote_address);
  connection->local_port = print_address(&local, connection->local_address);
}

static bool has_endpoints(const Connection *connection, const Endpoints *ends) {
  return connection->local_port == ends->local_port && connection->remote_port == ends->remote_port &&
         strcmp(connection->local_address, ends->local_address) == 0 &&
         strcmp(connection->remote_address, ends->remote_address) == 0;
}

Connection *connections_find(Connections *connections, const Endpoints *ends) {
  for (Connection *connection = connections->first; connection != NULL; connection = connection->next) {
    if (connection->descriptor == CURL_SOCKET_BAD) continue;
    if (connection->remote_port == 0) read_endpoints(connection);
    if (!has_endpoints(connection, ends)) continue;
    connection->opener = NULL;
    return connection;
  }
  return NULL;
}

bool connection_is_usable(const Connection *connection, bool once_only) {
  const bool is_idle = connection->users == 0;
  if (is_idle && !connection->was_used) return true; /* it has just been opened; TLS session tickets may wait in it */
  if (!is_idle && !once_only) return true;           /* libcurl reads it all the time; a lost request is repeated */
  struct pollfd socket = {.fd = connection->descriptor, .events = POLLIN | POLLRDHUP};
  if (poll(&socket, 1, 0) <= 0) return true;
  if ((socket.revents & ~POLLIN) != 0) return false;
  if (!is_idle) return true; /* other transfers wait for its bytes */
  /*
  ** over HTTP/2 the bytes are mostly the end of a stream that had a length; they may be a GOAWAY,
  ** but an update can be repeated
  */
  return connection->is_http2 && !once_only;
}

bool connections_have_stale(const Connections *connections, const void *pool, bool once_only) {
  for (const Connection *connection = connections->first; connection != NULL; connection = connection->next) {
    const bool is_idle =
      connection->pool == pool && connection->users == 0 && connection->descriptor != CURL_SOCKET_BAD;
    if (is_idle && connection->is_http2 && !connection_is_usable(connection, once_only)) return true;
  }
  return false;
}

size_t connections_count(const Connections *connections) {
  size_t count = 0;
  for (const Connection *connection = connections->first; connection != NULL; connection = connection->next)
    count += connection->descriptor != CURL_SOCKET_BAD;
  return count;
}

void connection_enter(Connection *connection, const void *pool) {
  connection->pool = pool;
  connection->users++;
}

void connection_leave(Connections *connections, Connection *connection) {
  connection->users--;
  connection->was_used = true;
  if (connection->users == 0 && connection->descriptor == CURL_SOCKET_BAD) remove_connection(connections, connection);
}

void connections_cork(const Connections *connections, bool corked) {
#ifdef TCP_CORK
  const int value = corked;
  /* a failure means that the connection is broken, which libcurl will notice */
  for (const Connection *connection = connections->first; connection != NULL; connection = connection->next)
    if (connection->is_http2 && connection->descriptor != CURL_SOCKET_BAD)
      setsockopt(connection->descriptor, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
#else
  (void)connections;
  (void)corked;
#endif
}

void connections_free(Connections *connections) {
  while (connections->first != NULL)
    remove_connection(connections, connections->first);
}
