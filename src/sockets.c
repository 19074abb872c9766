/*
** sockets.c: the sockets of a transport's connections.
*/
#include "sockets.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "transfer.h"

curl_socket_t sockets_open(void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  const Transfer *transfer = context;
  Transport *transport = transfer->transport;
  Sockets *sockets = &transport->sockets;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  const int kind = address->socktype | SOCK_CLOEXEC; /* no program that the host starts gets it */
#else
  const int kind = address->socktype;
#endif
  const curl_socket_t descriptor = socket(address->family, kind, address->protocol);
  if (descriptor == CURL_SOCKET_BAD) return descriptor;
  poller_expect(&transport->poller, descriptor);
  if (transfer->version != CURL_HTTP_VERSION_1_1 && sockets->count < MOST_SHARED)
    sockets->shared[sockets->count++] = descriptor;
  return descriptor;
}

int sockets_close(void *context, curl_socket_t descriptor) {
  Transport *transport = context;
  Sockets *sockets = &transport->sockets;
  poller_forget(&transport->poller, descriptor);
  for (int i = 0; i < sockets->count; i++)
    if (sockets->shared[i] == descriptor) sockets->shared[i] = sockets->shared[--sockets->count];
  return close(descriptor);
}

void sockets_hold_back(const Sockets *sockets, bool held_back) {
#ifdef TCP_CORK
  const int value = held_back;
  for (int i = 0; i < sockets->count;
       i++) /* where it fails the socket is none of TCP's, or broken, which libcurl will see */
    setsockopt(sockets->shared[i], IPPROTO_TCP, TCP_CORK, &value, sizeof value);
#else
  (void)sockets;
  (void)held_back;
#endif
}
