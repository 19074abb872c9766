/*
** sockets.h: the sockets of a transport's connections, as libcurl is told to open and close them.
*/
#ifndef BYTENITE_SOCKETS_H
#define BYTENITE_SOCKETS_H

#include <curl/curl.h>
#include <stdbool.h>

#pragma GCC visibility push(hidden)

enum { MOST_SHARED = 8 };

/* Sockets of connections that transfers may share: there are a few of them. One too many is only not looked after. */
typedef struct Sockets {
  curl_socket_t shared[MOST_SHARED];
  int count;
} Sockets;

struct Transfer; /* see transfer.h */

/* Called by libcurl to open a connection's socket. The context is the transfer. */
curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *address);

/*
** Takes note of the connection over which a transfer has done its work, if it opened one: it serves others after it, or at the same time
** (`is_shared`).
*/
void sockets_keep(const struct Transfer *transfer, bool is_shared);

/* Called by libcurl to close one, perhaps long after the transfer that opened it. The context is the transport. */
int sockets_close(void *context, curl_socket_t descriptor);

/*
** Lets the kernel keep what is written to connections that transfers share, until told otherwise: requests that go out one after the
** other then go out as one. Costs time where little is written. Does nothing where the kernel cannot do that.
*/
void sockets_hold_back(const Sockets *sockets, bool held_back);

#pragma GCC visibility pop

#endif
