/*
** sockets.c: the sockets of a transport's connections.
*/
#include "http/connections.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/transfer.h"

curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  Transfer *transfer = context;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  const int kind = address->socktype | SOCK_CLOEXEC; /* no program that the host starts gets it */
#else
  const int kind = address->socktype;
#endif
  transfer->opened = socket(address->family, kind, address->protocol);
  return transfer->opened;
}

/* The port at a socket's own end; -1: it has none. */
static long own_port(curl_socket_t descriptor) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  if (getsockname(descriptor, (struct sockaddr *)&address, &length) != 0) return -1;
  if (address.ss_family == AF_INET) return ntohs(((const struct sockaddr_in *)&address)->sin_port);
  if (address.ss_family == AF_INET6) return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
  return -1;
}

/*
** Whether the socket that a transfer opened last is that of its connection. It may have opened others, for the addresses that a name stands for;
** those that never come to be connected libcurl closes without a word, and their numbers are then anybody's.
*/
static bool has_connected(const Transfer *transfer) {
  long port = 0;
  if (transfer->opened == CURL_SOCKET_BAD) return false;
  curl_easy_getinfo(transfer->easy, CURLINFO_LOCAL_PORT, &port);
  return port > 0 && own_port(transfer->opened) == port;
}

static void forget(Sockets *sockets, curl_socket_t descriptor) {
  for (int i = sockets->count - 1; i >= 0; i--)
    if (sockets->shared[i] == descriptor) sockets->shared[i] = sockets->shared[--sockets->count];
}

void sockets_keep(const Transfer *transfer, bool is_shared) {
  Transport *transport = transfer->transport;
  Sockets *sockets = &transport->sockets;
  if (!has_connected(transfer)) return;
  poller_keep(&transport->poller, transfer->opened);
  forget(sockets, transfer->opened);
  if (is_shared && sockets->count < MOST_SHARED) sockets->shared[sockets->count++] = transfer->opened;
}

int sockets_close(void *context, curl_socket_t descriptor) {
  Transport *transport = context;
  poller_forget(&transport->poller, descriptor);
  forget(&transport->sockets, descriptor);
  return close(descriptor);
}

void sockets_hold_back(const Sockets *sockets, bool held_back) {
#ifdef TCP_CORK
  const int value = held_back;
  /* where it fails the socket is none of TCP's, or broken, which libcurl will see */
  for (int i = 0; i < sockets->count; i++)
    setsockopt(sockets->shared[i], IPPROTO_TCP, TCP_CORK, &value, sizeof value);
#else
  (void)sockets;
  (void)held_back;
#endif
}
